import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type FreshDatabase, freshDatabase } from './fresh-databases.js';
import { freshRedis } from './fresh-redis.js';
import { freshVhost } from './fresh-vhost.js';
import { type Program, runProgram, startProgram } from './program.js';
import { consumeEvents, type EventConsumer } from './rabbit-consumer.js';
import { type SmtpSink, startSmtpSink } from './smtp-sink.js';
import { connectTestDatabase, type TestDatabase } from './test-database.js';

type ProcessRole = 'all' | 'api' | 'worker';
type Settings = Readonly<Record<string, string>>;

export interface TestDeploymentOptions {
  /** One process each. */
  readonly roles: readonly ProcessRole[];
  /** A broker and somebody who hears every event; it takes seconds to start. */
  readonly broker?: boolean;
  readonly env?: Settings;
  /** Another build than ours. */
  readonly entry?: string;
  /** Instead of a fresh one on the server that all tests share. */
  readonly database?: FreshDatabase;
  /** What one replica gets besides, by its place in `runs`. */
  readonly replicaEnv?: (at: number, env: Settings) => Promise<Settings>;
}

/** Replicas of the program on one database, one Redis, one mail server and, if asked for, one broker. */
export interface TestDeployment {
  /** In the order of `runs`. */
  readonly programs: readonly Program[];
  /** Base addresses of those that serve the API. */
  readonly urls: readonly string[];
  /** What all of them were started with. */
  readonly env: Settings;
  readonly mails: SmtpSink;
  readonly database: TestDatabase;
  readonly redis: Redis;
  /** Every event of this deployment. @throws Error when it has no broker */
  readonly events: EventConsumer;
  /** Waits until no message is due and no event waits for its publisher. */
  waitUntilDrained(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

export const MIGRATE_ENTRY = 'dist/apps/server/src/migrate.js';

/** Secrets as an operator sets them. */
export function freshSecrets(): Settings {
  const random = (): string => randomBytes(32).toString('base64url');
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'EdDSA', use: 'sig' };
  return {
    PASSWORD_PEPPER: random(),
    CODE_SECRET: random(),
    IDENTIFIER_SECRET: random(),
    JWT_KEYS: JSON.stringify({ keys: [key] }),
  };
}

/**
 * Everything comes from one address here. What is limited by source alone is lifted; what is limited by identifier and
 * source stays, so that address is not trusted either.
 */
export const TEST_SETTINGS: Settings = {
  BCRYPT_COST: '4',
  TRUSTED_SOURCES: '',
  LIMIT_REGISTRATIONS_PER_SOURCE: 'off',
  LIMIT_WRONG_CODES_PER_SOURCE: 'off',
  LIMIT_WRONG_PASSWORDS_PER_SOURCE: 'off',
  LIMIT_WRONG_LOGINS_PER_SOURCE: 'off',
};

export async function startDeployment(o: TestDeploymentOptions): Promise<TestDeployment> {
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
  o: TestDeploymentOptions,
  ends: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<TestDeployment> {
  const track = async <T>(opening: Promise<T>, end: (thing: T) => Promise<unknown>): Promise<T> => {
    const thing = await opening;
    ends.push(() => end(thing));
    return thing;
  };
  const [db, store, mails, vhost] = await Promise.all([
    track(o.database ? Promise.resolve(o.database) : freshDatabase(), ({ drop }) => drop()),
    track(freshRedis(), ({ drop }) => drop()),
    track(startSmtpSink(), (sink) => sink.stop()),
    o.broker ? track(freshVhost(), ({ drop }) => drop()) : undefined,
  ]);
  const serviceUrls = { DATABASE_URL: db.url, REDIS_URL: store.url, SMTP_URL: mails.url };
  const env = {
    ...freshSecrets(),
    ...serviceUrls,
    ...(vhost && { RABBITMQ_URL: vhost.url }),
    ...TEST_SETTINGS,
    ...o.env,
  };
  const migrated = await runProgram({ entry: MIGRATE_ENTRY, env });
  if (migrated.code !== 0) throw new Error(`migrate ended with ${migrated.code}:\n${migrated.output}`);

  const events = vhost && (await track(consumeEvents(vhost.url), (consumer) => consumer.stop()));
  const database = await track(Promise.resolve(connectTestDatabase(db.url)), (one) => one.end());
  const redis = await track(Promise.resolve(new Redis(store.url)), async (client) => client.disconnect());
  redis.on('error', () => {}); // it goes before us at the end
  const entry = o.entry === undefined ? {} : { entry: o.entry };
  const starting = o.roles.map(async (RUN, at) => {
    return startProgram({ ...entry, env: { ...env, ...(await o.replicaEnv?.(at, env)), RUN } });
  });
  const programs = await Promise.all(starting.map((program) => track(program, (each) => each.dispose())));

  return {
    programs,
    urls: programs.filter((_, at) => o.roles[at] !== 'worker').map(({ url }) => url),
    env,
    mails,
    database,
    redis,
    get events() {
      if (!events) throw new Error('this deployment has no broker');
      return events;
    },
    waitUntilDrained: (timeoutMs) => waitUntilDrained(database, redis, timeoutMs),
    close,
  };
}

async function waitUntilDrained(database: TestDatabase, redis: Redis, timeoutMs = 15_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const { rows } = await database.query<{ waiting: string }>('select count(*) as waiting from outbox_deliveries');
    const waiting = Number(rows[0]?.waiting) + (await redis.zcard('foyer:{due}:messages'));
    if (waiting === 0) return;
    if (Date.now() > deadline) throw new Error(`${waiting} messages and events still wait after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
