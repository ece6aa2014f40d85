import { randomUUID } from 'node:crypto';
import amqp, { type Channel } from 'amqplib';
import { expect } from 'vitest';
import { type OutboxDatabase, openOutboxDatabase } from '../../libs/messaging/src/testing/outbox-database.js';
import { TestHappenedV1 } from '../../libs/messaging/src/testing/test-events.js';
import { freshSecrets, MIGRATE, TEST_RULES } from '../replicas/house.js';
import type { FreshDatabase } from '../support/databases.js';
import { type Program, runProgram, startProgram } from '../support/program.js';
import { consumeEvents, EXCHANGE, type RabbitConsumer } from '../support/rabbit-consumer.js';
import { freshRedis } from '../support/redis.js';
import { freshVhost } from '../support/vhost.js';
import { type EventMark, faultsOfDelivery } from './delivery-checks.js';
import { FaultProxy } from './fault-proxy.js';

export interface OutboxHouseOptions {
  readonly database: () => Promise<FreshDatabase>;
  /** Default 2. */
  readonly workers?: number;
  /** Another build than ours. */
  readonly entry?: string;
  /** Instead of a vhost on the broker that all tests share. */
  readonly broker?: string;
  /** What one worker gets besides. */
  readonly envOf?: (at: number) => Readonly<Record<string, string>>;
}

/** An outbox, processes that relay it, each over a broker connection that can be spoilt, and somebody who hears it all. */
export interface OutboxHouse {
  readonly workers: readonly Program[];
  /** Before the broker, one for each worker. */
  readonly faults: readonly FaultProxy[];
  readonly under: OutboxDatabase;
  readonly ears: RabbitConsumer;
  /** The broker was gone, and the connection of the one who hears it all with it. */
  listenAgain(): Promise<void>;
  /** The broker loses the exchange of all events, and with it who hears it. */
  loseExchange(): Promise<void>;
  /** Whoever hears it all takes what the broker kept while nobody did, and is bound again. */
  findAgain(): Promise<void>;
  /** These sequences of one aggregate, a transaction each. */
  announce(subject: string, ...sequences: number[]): Promise<void>;
  /** The same in one transaction, which is held open until `meanwhile` is done. */
  announceSlowly(subject: string, sequence: number, meanwhile: () => Promise<unknown>): Promise<void>;
  /** As if the thirty seconds of those who died or sleep were over. */
  leasesEnd(): Promise<void>;
  drained(timeoutMs?: number): Promise<void>;
  /** Everything that is wrong. Heals and waits until nothing is left to send. */
  verdict(timeoutMs?: number): Promise<string[]>;
  close(): Promise<void>;
}

const EARS = 'test.ears';
const UNROUTED = 'foyer.unrouted';

async function atBroker(url: string, what: (channel: Channel) => Promise<unknown>): Promise<void> {
  const connection = await amqp.connect(url, { timeout: 5_000 });
  try {
    await what(await connection.createChannel());
  } finally {
    await connection.close();
  }
}

/** What was published while no queue was bound. */
async function unheard(channel: Channel): Promise<EventMark[]> {
  const marks: EventMark[] = [];
  for (let message = await channel.get(UNROUTED); message; message = await channel.get(UNROUTED)) {
    const { id, subject, sequence } = JSON.parse(message.content.toString()) as EventMark;
    marks.push({ id, subject, sequence });
    channel.ack(message);
  }
  return marks;
}

export async function openOutboxHouse(o: OutboxHouseOptions): Promise<OutboxHouse> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await furnish(o, ends, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(
  o: OutboxHouseOptions,
  ends: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<OutboxHouse> {
  const database = await o.database();
  ends.push(() => database.drop());
  const redis = await freshRedis();
  ends.push(() => redis.drop());
  const vhost = o.broker === undefined ? await freshVhost() : { url: o.broker, drop: async () => undefined };
  ends.push(() => vhost.drop());
  const env = { ...freshSecrets(), ...TEST_RULES, DATABASE_URL: database.url, REDIS_URL: redis.url, RUN: 'worker' };
  const migrated = await runProgram({ entry: MIGRATE, env });
  if (migrated.code !== 0) throw new Error(`migrate ended with ${migrated.code}:\n${migrated.output}`);
  const under = await openOutboxDatabase(async () => ({ ...database, drop: async () => undefined }), ['rabbitmq']);
  ends.push(() => under.drop());

  const faults: FaultProxy[] = [];
  const workers: Program[] = [];
  for (let at = 0; at < (o.workers ?? 2); at++) {
    const proxy = await FaultProxy.before(vhost.url);
    ends.push(() => proxy.stop());
    faults.push(proxy);
    const own = { ...env, RABBITMQ_URL: proxy.url, EVENT_SOURCES: 'memory', ...o.envOf?.(at) };
    const worker = await startProgram({ ...(o.entry && { entry: o.entry }), env: own });
    ends.push(() => worker.dispose());
    workers.push(worker);
  }
  const all: RabbitConsumer[] = [];
  const listen = async (): Promise<RabbitConsumer> => {
    const ears = await consumeEvents(vhost.url, { queue: EARS });
    ends.push(() => ears.stop());
    all.push(ears);
    return ears;
  };
  const ears = await listen();

  const committed: EventMark[] = [];
  const append = async (subject: string, sequence: number, meanwhile?: () => Promise<unknown>): Promise<void> => {
    const id = randomUUID();
    await under.database.runInTransaction(async () => {
      await under.outbox.append(new TestHappenedV1(subject, sequence, { id }));
      await meanwhile?.();
    });
    committed.push({ id, subject, sequence });
  };
  const drained = async (timeoutMs = 60_000): Promise<void> => {
    await expect.poll(() => under.countDeliveries(), { timeout: timeoutMs, interval: 50 }).toBe(0);
  };
  const kept: EventMark[] = [];
  const heard = (): EventMark[] => [
    ...kept,
    ...all
      .flatMap(({ events }) => events)
      .map(({ id, subject = '', body }) => ({ id, subject, sequence: Number(body['sequence']) })),
  ];
  return {
    workers,
    faults,
    under,
    ears,
    async listenAgain() {
      await listen();
    },
    loseExchange: () => atBroker(vhost.url, (channel) => channel.deleteExchange(EXCHANGE)),
    findAgain: () =>
      atBroker(vhost.url, async (channel) => {
        kept.push(...(await unheard(channel)));
        await channel.bindQueue(EARS, EXCHANGE, '#');
      }),
    async announce(subject, ...sequences) {
      for (const sequence of sequences) await append(subject, sequence);
    },
    announceSlowly: append,
    async leasesEnd() {
      await under.database.execute('update outbox_deliveries set lease_until = 1 where lease_until > 0');
    },
    drained,
    async verdict(timeoutMs) {
      for (const proxy of faults) proxy.pass();
      await drained(timeoutMs);
      const missing = () => {
        const known = new Set(heard().map(({ id }) => id));
        return committed.filter(({ id }) => !known.has(id)).length;
      };
      // What is lost never comes: the rest is quick.
      await expect
        .poll(missing, { timeout: 5_000, interval: 50 })
        .toBe(0)
        .catch(() => undefined);
      return faultsOfDelivery(committed, heard());
    },
    close,
  };
}
