import { randomUUID } from 'node:crypto';
import amqp, { type Channel } from 'amqplib';
import { expect } from 'vitest';
import { type OutboxDatabase, openOutboxDatabase } from '../../libs/messaging/src/testing/outbox-database.js';
import { TestHappenedV1 } from '../../libs/messaging/src/testing/test-events.js';
import type { FreshDatabase } from '../support/fresh-databases.js';
import { freshRedis } from '../support/fresh-redis.js';
import { freshVhost } from '../support/fresh-vhost.js';
import { type Program, runProgram, startProgram } from '../support/program.js';
import { consumeEvents, type EventConsumer, EXCHANGE } from '../support/rabbit-consumer.js';
import { freshSecrets, MIGRATE_ENTRY, TEST_SETTINGS } from '../support/test-deployment.js';
import { type EventIdentity, findDeliveryFaults } from './delivery-checks.js';
import { FaultProxy } from './fault-proxy.js';

export interface OutboxDeploymentOptions {
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
export interface OutboxDeployment {
  readonly workers: readonly Program[];
  /** Before the broker, one for each worker. */
  readonly proxies: readonly FaultProxy[];
  readonly outboxDatabase: OutboxDatabase;
  readonly consumer: EventConsumer;
  /** The broker was gone, and the connection of the one who hears it all with it. */
  restartConsumer(): Promise<void>;
  /** The broker loses the exchange of all events, and with it who hears it. */
  deleteExchange(): Promise<void>;
  /** Whoever hears it all takes what the broker kept while nobody did, and is bound again. */
  rebindConsumer(): Promise<void>;
  /** These sequences of one aggregate, a transaction each. */
  publishEvents(subject: string, ...sequences: number[]): Promise<void>;
  /** The same in one transaction, which is held open until `meanwhile` is done. */
  publishInOpenTransaction(subject: string, sequence: number, meanwhile: () => Promise<unknown>): Promise<void>;
  /** As if the thirty seconds of those who died or sleep were over. */
  expireLeases(): Promise<void>;
  waitUntilDrained(timeoutMs?: number): Promise<void>;
  /** Everything that is wrong. Heals and waits until nothing is left to send. */
  findFaults(timeoutMs?: number): Promise<string[]>;
  close(): Promise<void>;
}

const CONSUMER_QUEUE = 'test.ears';
const UNROUTED_QUEUE = 'foyer.unrouted';

async function withChannel(url: string, what: (channel: Channel) => Promise<unknown>): Promise<void> {
  const connection = await amqp.connect(url, { timeout: 5_000 });
  try {
    await what(await connection.createChannel());
  } finally {
    await connection.close();
  }
}

/** What was published while no queue was bound. */
async function drainUnroutedQueue(channel: Channel): Promise<EventIdentity[]> {
  const marks: EventIdentity[] = [];
  for (let message = await channel.get(UNROUTED_QUEUE); message; message = await channel.get(UNROUTED_QUEUE)) {
    const { id, subject, sequence } = JSON.parse(message.content.toString()) as EventIdentity;
    marks.push({ id, subject, sequence });
    channel.ack(message);
  }
  return marks;
}

export async function startOutboxDeployment(o: OutboxDeploymentOptions): Promise<OutboxDeployment> {
  const ends: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await createDeployment(o, ends, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function createDeployment(
  o: OutboxDeploymentOptions,
  ends: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<OutboxDeployment> {
  const database = await o.database();
  ends.push(() => database.drop());
  const redis = await freshRedis();
  ends.push(() => redis.drop());
  const vhost = o.broker === undefined ? await freshVhost() : { url: o.broker, drop: async () => undefined };
  ends.push(() => vhost.drop());
  const env = { ...freshSecrets(), ...TEST_SETTINGS, DATABASE_URL: database.url, REDIS_URL: redis.url, RUN: 'worker' };
  const migrated = await runProgram({ entry: MIGRATE_ENTRY, env });
  if (migrated.code !== 0) throw new Error(`migrate ended with ${migrated.code}:\n${migrated.output}`);
  const under = await openOutboxDatabase(async () => ({ ...database, drop: async () => undefined }), ['rabbitmq']);
  ends.push(() => under.drop());

  const faults: FaultProxy[] = [];
  const workers: Program[] = [];
  for (let at = 0; at < (o.workers ?? 2); at++) {
    const proxy = await FaultProxy.start(vhost.url);
    ends.push(() => proxy.stop());
    faults.push(proxy);
    const own = { ...env, RABBITMQ_URL: proxy.url, EVENT_SOURCES: 'memory', ...o.envOf?.(at) };
    const worker = await startProgram({ ...(o.entry && { entry: o.entry }), env: own });
    ends.push(() => worker.dispose());
    workers.push(worker);
  }
  const all: EventConsumer[] = [];
  const listen = async (): Promise<EventConsumer> => {
    const ears = await consumeEvents(vhost.url, { queue: CONSUMER_QUEUE });
    ends.push(() => ears.stop());
    all.push(ears);
    return ears;
  };
  const ears = await listen();

  const committed: EventIdentity[] = [];
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
  const kept: EventIdentity[] = [];
  const heard = (): EventIdentity[] => [
    ...kept,
    ...all
      .flatMap(({ events }) => events)
      .map(({ id, subject = '', body }) => ({ id, subject, sequence: Number(body['sequence']) })),
  ];
  return {
    workers,
    proxies: faults,
    outboxDatabase: under,
    consumer: ears,
    async restartConsumer() {
      await listen();
    },
    deleteExchange: () => withChannel(vhost.url, (channel) => channel.deleteExchange(EXCHANGE)),
    rebindConsumer: () =>
      withChannel(vhost.url, async (channel) => {
        kept.push(...(await drainUnroutedQueue(channel)));
        await channel.bindQueue(CONSUMER_QUEUE, EXCHANGE, '#');
      }),
    async publishEvents(subject, ...sequences) {
      for (const sequence of sequences) await append(subject, sequence);
    },
    publishInOpenTransaction: append,
    async expireLeases() {
      await under.database.execute('update outbox_deliveries set lease_until = 1 where lease_until > 0');
    },
    waitUntilDrained: drained,
    async findFaults(timeoutMs) {
      for (const proxy of faults) proxy.restore();
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
      return findDeliveryFaults(committed, heard());
    },
    close,
  };
}
