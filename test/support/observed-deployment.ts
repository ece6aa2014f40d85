import { randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { DatabaseKind } from './fresh-databases.js';
import { type Program, startProgram } from './program.js';
import { dumpDatabase, dumpRedis } from './secret-scanner.js';
import { type SmsSink, startSmsSink } from './sms-sink.js';
import { startDeployment, type TestDeployment } from './test-deployment.js';

type Settings = Readonly<Record<string, string>>;
const random = (): string => randomBytes(12).toString('base64url');

/** What the program is given to sign in elsewhere. */
export const SERVICE_PASSWORDS = {
  'SMTP password': `smtp-${random()}`,
  'database password': `db-${random()}`,
  'Redis password': `redis-${random()}`,
  'broker password': `amqp-${random()}`,
  'SMS token': `sms-${random()}`,
} as const;

/** A deployment into which one can look from everywhere: what is stored, what was ever sent to Redis, what was logged. */
export interface ObservedDeployment {
  readonly deployment: TestDeployment;
  readonly sms: SmsSink;
  /** Every program that was started here. */
  readonly programs: readonly Program[];
  /** Commands to Redis, one line each. */
  readonly redisCommands: readonly string[];
  /** What `look` saw, by place and moment. */
  readonly snapshots: Readonly<Record<string, string>>;
  /** As `RUN=all`, with a database user of its own. */
  startProgram(env?: Settings): Promise<Program>;
  /** Notes what is stored now; what is short-lived would be gone at the end. */
  takeSnapshot(when: string): Promise<void>;
  logs(): string;
  close(): Promise<void>;
}

export const withCredentials = (url: string, username: string, password: string): string =>
  Object.assign(new URL(url), { username, password }).href;

/** A user of the database who may do what the program does. */
const DATABASE_USER_STATEMENTS: Record<
  DatabaseKind,
  (name: string, password: string) => Record<'admit' | 'dismiss', readonly string[]>
> = {
  postgres: (name, password) => ({
    admit: [
      `create role ${name} login password '${password}'`,
      `grant all on all tables in schema public to ${name}`,
      `grant all on all sequences in schema public to ${name}`,
    ],
    dismiss: [`drop owned by ${name}`, `drop role ${name}`],
  }),
  mariadb: (name, password) => ({
    admit: [`create user ${name} identified by '${password}'`, `grant all on * to ${name}`],
    dismiss: [`drop user ${name}`],
  }),
};

export async function startObservedDeployment(env: Settings): Promise<ObservedDeployment> {
  const deployment = await startDeployment({ roles: [], broker: true, env });
  const sms = await startSmsSink({ token: SERVICE_PASSWORDS['SMS token'] });
  const role = `foyer_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  const { admit, dismiss } = DATABASE_USER_STATEMENTS[deployment.database.kind](
    role,
    SERVICE_PASSWORDS['database password'],
  );
  const executeAll = async (statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await deployment.database.query(sql);
  };
  await executeAll(admit);
  const commands: string[] = [];
  const monitor = await monitorRedis(deployment.env['REDIS_URL'] ?? '', commands);
  const programs: Program[] = [];
  const places: Record<string, string> = {};
  const own = {
    ...deployment.env,
    DATABASE_URL: withCredentials(deployment.env['DATABASE_URL'] ?? '', role, SERVICE_PASSWORDS['database password']),
    SMTP_URL: withCredentials(deployment.mails.url, 'postmaster', SERVICE_PASSWORDS['SMTP password']),
    SMS_API_URL: sms.url,
    SMS_API_TOKEN: sms.token,
  };
  return {
    deployment,
    sms,
    programs,
    redisCommands: commands,
    snapshots: places,
    async startProgram(more = {}) {
      const program = await startProgram({ env: { ...own, ...more } });
      programs.push(program);
      return program;
    },
    async takeSnapshot(when) {
      const { keys, values } = await dumpRedis(deployment.redis);
      places[`Redis keys (${when})`] = keys;
      places[`Redis values (${when})`] = values;
      places[`database (${when})`] = await dumpDatabase(deployment.database);
    },
    logs: () => programs.map((program) => program.output()).join('\n'),
    async close() {
      await Promise.all(programs.map((program) => program.dispose()));
      monitor.disconnect();
      await executeAll(dismiss);
      await Promise.all([sms.stop(), deployment.close()]);
    },
  };
}

async function monitorRedis(url: string, commands: string[]): Promise<Redis> {
  const client = new Redis(url);
  const monitor = await client.monitor();
  client.disconnect();
  monitor.on('error', () => {});
  monitor.on('monitor', (_time: string, words: string[]) => commands.push(JSON.stringify(words)));
  return monitor;
}
