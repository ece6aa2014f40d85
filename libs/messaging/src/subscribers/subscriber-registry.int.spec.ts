import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ConfirmChannel } from 'amqplib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventSubscriber, type IncomingEvent, InvalidInput, TransactionConflict, Unavailable } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { type Database } from '#platform/database';
import { DATABASES } from '#platform/database/testing';
import { Metrics } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { type FreshVhost, freshVhost } from '../../../../test/support/fresh-vhost.js';
import { TypeOrmInbox } from '../inbox/typeorm-inbox.js';
import { INBOUND_EXCHANGE } from '../sources/rabbitmq/consumer-topology.js';
import { RabbitMqDeadLetters } from '../sources/rabbitmq/rabbitmq-dead-letters.js';
import { RabbitMqEventSource } from '../sources/rabbitmq/rabbitmq-event-source.js';
import { openInboxDatabase } from '../testing/inbox-database.js';
import { TcpProxy } from '../testing/tcp-proxy.js';
import { SubscriberRegistry, subscriberQueueName } from './subscriber-registry.js';

const EVENT_TYPE = 'test.paid.v1';
const range = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const shuffled = <T>(all: readonly T[]): T[] =>
  all
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** Adds a row per event, so that a repeated effect is visible. */
class EffectRecordingSubscriber extends EventSubscriber<{ readonly n: number }> {
  readonly types: readonly string[] = [EVENT_TYPE];
  override readonly arrival = 'inbound';
  afterEffect: (event: IncomingEvent<{ readonly n: number }>) => unknown = () => undefined;

  constructor(
    readonly name: string,
    override readonly ordered: boolean,
    private readonly database: Database,
    private readonly inbox: TypeOrmInbox,
  ) {
    super();
  }

  override read(data: Readonly<Record<string, unknown>>): { readonly n: number } {
    if (typeof data['n'] !== 'number') throw InvalidInput.at('/n', 'n.not_a_number', 'must be a number');
    return { n: data['n'] };
  }

  override async handle(event: IncomingEvent<{ readonly n: number }>): Promise<void> {
    const recordEffect = () =>
      this.database.runInTransaction(async () => {
        await this.inbox.recordHandled(event);
        await this.database.execute('insert into effects (name) values (?)', [`${event.subject} ${event.data.n}`]);
        await this.afterEffect(event);
      });
    await recordEffect().catch((error: unknown) => {
      if (error instanceof TransactionConflict) return recordEffect();
      throw error;
    });
  }
}

describe.each(DATABASES)('SubscriberRegistry with two workers on RabbitMQ and %s', { timeout: 60_000 }, (_, fresh) => {
  let under: Awaited<ReturnType<typeof openInboxDatabase>>;
  let vhost: FreshVhost;
  let channel: ConfirmChannel;
  let connection: amqp.ChannelModel;
  let workers: SubscriberRegistry[];
  let books: EffectRecordingSubscriber[];
  let letters: RabbitMqDeadLetters;
  let name: string;
  let proxy: TcpProxy;
  let metrics: Metrics;

  beforeAll(async () => {
    [under, vhost] = await Promise.all([openInboxDatabase(fresh, 2), freshVhost()]);
    connection = await amqp.connect(vhost.url);
    channel = await connection.createConfirmChannel();
  });
  beforeEach(async () => {
    [workers, books] = [[], []];
    name = `test.${randomUUID().slice(0, 8)}`;
    [letters, proxy] = [new RabbitMqDeadLetters(vhost.url), await TcpProxy.start(vhost.url)];
    await under.replicas[0]?.execute('delete from effects');
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.onApplicationShutdown()));
    await letters.close();
    await proxy.stop();
  });
  afterAll(async () => {
    await connection.close();
    await vhost.drop();
    await under.drop();
  });

  /** The first worker connects through the proxy. */
  async function start(o: { ordered?: boolean; count?: number } = {}): Promise<void> {
    metrics = new Metrics();
    for (let at = 0; at < (o.count ?? 2); at++) {
      const database = under.replicas[at] as Database;
      const inbox = new TypeOrmInbox(database, new FixedClock());
      const log = createRecordingLog().log;
      const source = new RabbitMqEventSource(at === 0 ? proxy.url : vhost.url, log);
      const worker = new SubscriberRegistry({ all: [source] }, inbox, log, at === 0 ? metrics : new Metrics());
      const book = new EffectRecordingSubscriber(name, o.ordered ?? false, database, inbox);
      worker.register(book);
      worker.start();
      workers.push(worker);
      books.push(book);
    }
    // An ordered queue counts one consumer; the other one is on standby.
    await expect.poll(consumers, { timeout: 10_000 }).toBe(o.ordered ? 1 : (o.count ?? 2));
  }
  const place = () => ({ queue: subscriberQueueName(name), arrival: 'inbound' as const });
  async function consumers(): Promise<number> {
    const probe = await connection.createChannel();
    probe.on('error', () => undefined);
    const found = await probe.checkQueue(subscriberQueueName(name)).then(
      ({ consumerCount }) => consumerCount,
      () => 0,
    );
    await probe.close().catch(() => undefined);
    return found;
  }
  const paid = (subject: string, n: number, o: object = {}) => ({
    specversion: '1.0',
    id: `${subject}-${n}`,
    source: '/elsewhere',
    type: EVENT_TYPE,
    subject,
    sequence: n,
    data: { n },
    ...o,
  });
  async function send(...events: readonly (object | string)[]): Promise<void> {
    for (const event of events) {
      const body = typeof event === 'string' ? event : JSON.stringify(event);
      const messageId = typeof event === 'string' ? randomUUID() : (event as { id?: string }).id;
      channel.publish(INBOUND_EXCHANGE, EVENT_TYPE, Buffer.from(body), {
        ...(messageId ? { messageId } : {}),
        persistent: true,
      });
    }
    await channel.waitForConfirms();
  }
  const booked = async () => {
    const rows = await under.replicas[0]?.query<{ name: string }>('select name as name from effects');
    return (rows ?? []).map((row) => row.name);
  };
  const settle = (count: number, timeout = 30_000) =>
    expect.poll(async () => (await booked()).length, { timeout, interval: 50 }).toBe(count);
  const quiet = async () => {
    const waiting = async () => {
      const queues = [subscriberQueueName(name), `${subscriberQueueName(name)}.retry`].map((queue) =>
        channel.checkQueue(queue),
      );
      return (await Promise.all(queues)).reduce((sum, { messageCount }) => sum + messageCount, 0);
    };
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
    await sleep(300);
  };
  const once = (subjects: readonly string[], each: number) =>
    subjects.flatMap((subject) => range(each).map((n) => `${subject} ${n}`)).toSorted();

  it('applies each event once when it is delivered 1, 3 or 10 times to both workers [FM-M1 RC-08 INV-10]', async () => {
    await start();
    const subjects = range(10).map(() => randomUUID());
    const all = subjects.flatMap((subject) => range(10).map((n) => paid(subject, n)));
    await send(...shuffled(all.flatMap((event, at) => Array.from({ length: [1, 3, 10][at % 3] ?? 1 }, () => event))));
    await settle(100);
    await quiet();
    expect((await booked()).toSorted()).toEqual(once(subjects, 10));
    const received = await metrics.registry.getSingleMetricAsString('events_received_total');
    expect(received).toMatch(/outcome="duplicate"\} [1-9]/);
    expect(await letters.list(place())).toEqual([]);
  });

  it('applies ordered events as 1, 2, 3 … when they arrive twice and out of order [FM-M2 INV-11]', async () => {
    await start({ ordered: true });
    const applied = new Map<string, number[]>();
    for (const book of books)
      book.afterEffect = ({ subject, data }) => {
        const key = String(subject);
        applied.set(key, [...(applied.get(key) ?? []), data.n]);
      };
    const subjects = range(5).map(() => randomUUID());
    const all = subjects.flatMap((subject) => range(6).map((n) => paid(subject, n)));
    await send(...shuffled([...all, ...all]));
    await settle(30, 45_000);
    await quiet();
    for (const subject of subjects) expect(applied.get(subject)).toEqual(range(6));
  });

  it('dead-letters a poison message at once with its reason and continues with the next [FM-M3]', async () => {
    await start();
    const subject = randomUUID();
    const bad = ['not json', '[]', '['.repeat(5_000) + ']'.repeat(5_000), `"${'x'.repeat(10 * 1024 * 1024)}"`];
    const begun = performance.now();
    await send(
      ...bad,
      paid(subject, 1, { data: { n: 'one' } }),
      paid(subject, 2, { type: 'test.paid.v2' }),
      paid(subject, 3),
    );
    await settle(1);
    let found: Awaited<ReturnType<typeof letters.list>> = [];
    const list = async () => {
      found = await letters.list(place());
      return found.length;
    };
    await expect.poll(list, { timeout: 10_000 }).toBe(6);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(found.map(({ reason, detail }) => `${reason} ${detail}`).toSorted()).toEqual([
      'not_json malformed',
      'not_json too_deep',
      'too_large more than 262144 bytes',
      'unknown_type test.paid.v2',
      'wrong_schema /',
      'wrong_schema /data/n n.not_a_number',
    ]);
    expect(found.every(({ deadAt }) => deadAt !== '')).toBe(true);
    expect(found.map(({ body }) => body.byteLength).sort((a, b) => b - a)[0]).toBe(10 * 1024 * 1024 + 2);
  });

  it('dead-letters only the event whose handler fails [FM-M3]', async () => {
    await start();
    const [bad, good] = [randomUUID(), randomUUID()];
    for (const book of books)
      book.afterEffect = ({ subject }) => (subject === bad ? Promise.reject(new TypeError('it is wrong')) : undefined);
    await send(paid(bad, 1), ...range(50).map((n) => paid(good, n)));
    await settle(50);
    expect((await booked()).toSorted()).toEqual(once([good], 50));
  });

  it('applies a replayed dead letter once with its own message id [FM-M4]', async () => {
    await start();
    const subject = randomUUID();
    await send(paid(subject, 1, { data: { n: 'one' } }), paid(subject, 2, { data: { n: 'two' } }));
    await expect.poll(async () => (await letters.list(place())).length).toBe(2);
    for (const book of books) book.read = () => ({ n: 1 });
    const only = ({ id }: { id: string }) => id === `${subject}-1`;
    // The broker requeues listed messages asynchronously.
    await expect.poll(() => letters.replay(place(), only)).toBe(1);
    await settle(1);
    await expect.poll(async () => (await letters.list(place())).map(({ id }) => id)).toEqual([`${subject}-2`]);
    await send(paid(subject, 1));
    await quiet();
    expect(await booked()).toEqual([`${subject} 1`]);
    await expect.poll(() => letters.drop(place(), () => true)).toBe(1);
    expect(await letters.list(place())).toEqual([]);
  });

  it('waits for an unavailable dependency and loses nothing', async () => {
    await start();
    const subject = randomUUID();
    let unavailable = true;
    for (const book of books)
      book.afterEffect = () => {
        if (unavailable) throw new Unavailable();
      };
    await send(...range(30).map((n) => paid(subject, n)));
    await sleep(1_500);
    expect(await booked()).toEqual([]);
    unavailable = false;
    await settle(30);
    expect((await booked()).toSorted()).toEqual(once([subject], 30));
  });

  it('applies an event once when a worker loses the broker after its commit [KP-I2]', async () => {
    await start();
    const subjects = range(20).map(() => randomUUID());
    const [first] = books as [EffectRecordingSubscriber];
    let seen = 0;
    first.afterEffect = () => {
      if (++seen === 3) proxy.closeConnections();
    };
    await send(...subjects.map((subject) => paid(subject, 1)));
    await settle(20);
    await quiet();
    expect((await booked()).toSorted()).toEqual(once(subjects, 1));
  });

  it('finishes started messages on shutdown, releases the rest and keeps the queue bound [LD-05]', async () => {
    await start({ count: 1 });
    const subjects = range(60).map(() => randomUUID());
    const [book] = books as [EffectRecordingSubscriber];
    book.afterEffect = () => sleep(200);
    await send(...subjects.map((subject) => paid(subject, 1)));
    await expect.poll(async () => (await booked()).length).toBeGreaterThan(0);
    await workers.splice(0)[0]?.onApplicationShutdown();
    const finished = (await booked()).length;
    expect(finished).toBeLessThan(60);
    await sleep(300);
    expect(await booked()).toHaveLength(finished);
    const late = randomUUID();
    await send(paid(late, 1));
    await start({ count: 1 });
    await settle(61);
    expect((await booked()).toSorted()).toEqual(once([...subjects, late], 1));
  });
});
