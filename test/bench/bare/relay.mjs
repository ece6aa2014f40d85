import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { messagingTables } from '../../../dist/libs/messaging/src/outbox/tables.js';
import { RabbitMqEventPublisher } from '../../../dist/libs/messaging/src/publishers/rabbitmq/rabbitmq-event-publisher.js';
import { OutboxDeliveries } from '../../../dist/libs/messaging/src/relay/outbox-deliveries.js';
import { OutboxRelay } from '../../../dist/libs/messaging/src/relay/outbox-relay.js';
import { createDataSource, Database, migrate } from '../../../dist/libs/platform/database/src/index.js';
import { startEmbeddedPostgres } from '../../../dist/libs/platform/embedded-postgres/src/embedded-postgres.js';
import { percentile } from '../support/figures.mjs';

/**
 * The program's own relay, publisher and tables, on the embedded PostgreSQL or the empty database that DATABASE_URL names.
 * `drain`: how fast a backlog goes out, and whether in order. `flow`: how late events are heard that are committed at a rate.
 */
const embedded = process.env.DATABASE_URL
  ? undefined
  : await startEmbeddedPostgres({ dataDir: path.join(process.env.BENCH_FOLDER, 'postgres') });
const source = await createDataSource(process.env.DATABASE_URL ?? embedded.url(), [messagingTables], true).initialize();
await migrate(source);
const database = new Database(source);
const log = { warn: (...line) => console.error(...line), error: (...line) => console.error(...line) };
const quiet = { published() {}, failed() {}, parked() {} };

const connection = await connect(process.env.RABBITMQ_URL);
const publisher = new RabbitMqEventPublisher(process.env.RABBITMQ_URL, log);
await publisher.check();
const channel = await connection.createChannel();
await channel.assertQueue('bench.all', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.bindQueue('bench.all', 'foyer.events', '#');

const payloadOf = (id, subject, sequence) =>
  JSON.stringify({ specversion: '1.0', id, subject, sequence, data: { text: 'x'.repeat(400) } });

async function append(rows) {
  const marks = (columns) => rows.map(() => `(${Array(columns).fill('?').join(', ')})`).join(', ');
  const now = new Date();
  await database.execute(
    `insert into outbox (event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at) values ${marks(7)}`,
    rows.flatMap(({ id, subject, sequence }) => [
      id,
      'bench',
      subject,
      sequence,
      'bench.happened.v1',
      payloadOf(id, subject, sequence),
      now,
    ]),
  );
  await database.execute(
    `insert into outbox_deliveries (publisher, event_id, aggregate_type, aggregate_id, sequence) values ${marks(5)}`,
    rows.flatMap(({ id, subject, sequence }) => ['rabbitmq', id, 'bench', subject, sequence]),
  );
}

async function drain({ events, aggregates }) {
  const subjects = Array.from({ length: aggregates }, () => randomUUID());
  for (let done = 0; done < events; done += 500) {
    const rows = Array.from({ length: Math.min(500, events - done) }, (_, n) => ({
      id: randomUUID(),
      subject: subjects[(done + n) % aggregates],
      sequence: Math.floor((done + n) / aggregates) + 1,
    }));
    await append(rows);
  }
  const [last, disordered] = [new Map(), []];
  const watched = {
    name: publisher.name,
    check: () => publisher.check(),
    publish(event) {
      if (event.sequence !== (last.get(event.subject) ?? 0) + 1) disordered.push(event);
      last.set(event.subject, event.sequence);
      return publisher.publish(event);
    },
  };
  const relay = new OutboxRelay(watched, new OutboxDeliveries(database, { next: randomUUID }), log, quiet);
  const [begun, before] = [performance.now(), process.cpuUsage()];
  relay.start();
  while ((await database.query('select id as id from outbox_deliveries order by id limit 1')).length > 0)
    await sleep(20);
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  await relay.stop();
  return { rate: (events / elapsed) * 1000, micros: (user + system) / events, disordered: disordered.length };
}

async function flow({ perSecond, seconds }) {
  const committed = new Map();
  const late = [];
  const { consumerTag } = await channel.consume(
    'bench.all',
    (message) => {
      const at = committed.get(message.properties.messageId);
      if (at !== undefined) late.push(performance.now() - at);
    },
    { noAck: true },
  );
  const relay = new OutboxRelay(publisher, new OutboxDeliveries(database, { next: randomUUID }), log, quiet);
  relay.start();
  const begun = performance.now();
  let sent = 0;
  const commits = [];
  while (performance.now() - begun < seconds * 1000) {
    for (const due = ((performance.now() - begun) / 1000) * perSecond; sent < due; sent++) {
      const id = randomUUID();
      commits.push(
        append([{ id, subject: randomUUID(), sequence: 1 }]).then(() => {
          committed.set(id, performance.now());
          relay.wake();
        }),
      );
    }
    await sleep(2);
  }
  await Promise.all(commits);
  for (const end = performance.now() + 10_000; late.length < sent && performance.now() < end; ) await sleep(20);
  await relay.stop();
  await channel.cancel(consumerTag);
  return { p50: percentile(late, 0.5), p99: percentile(late, 0.99), heard: late.length, sent };
}

const WORK = { drain, flow };
process.on('message', async ({ work, ...asked }) => {
  process.send(await WORK[work](asked));
  await database.execute('delete from outbox_deliveries');
  await database.execute('delete from outbox');
});
process.once('SIGTERM', async () => {
  await publisher.close();
  await connection.close().catch(() => undefined);
  await source.destroy();
  await embedded?.stop();
  process.exit();
});
process.on('disconnect', () => process.exit());
process.send({});
