import { randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { type House, openHouse } from '../replicas/house.js';
import type { Backing } from '../support/databases.js';
import { type Program, startProgram } from '../support/program.js';
import { type SmsSink, startSmsSink } from '../support/sms-sink.js';
import { dumpDatabase, dumpRedis } from './canaries.js';

type Settings = Readonly<Record<string, string>>;
const random = (): string => randomBytes(12).toString('base64url');

/** What the program is given to sign in elsewhere. */
export const PASSWORDS = {
  'SMTP password': `smtp-${random()}`,
  'database password': `db-${random()}`,
  'Redis password': `redis-${random()}`,
  'broker password': `amqp-${random()}`,
  'SMS token': `sms-${random()}`,
} as const;

/** A house into which one can look from everywhere: what is stored, what was ever sent to Redis, what was logged. */
export interface GlassHouse {
  readonly house: House;
  readonly sms: SmsSink;
  /** Every program that was started here. */
  readonly programs: readonly Program[];
  /** Commands to Redis, one line each. */
  readonly commands: readonly string[];
  /** What `look` saw, by place and moment. */
  readonly places: Readonly<Record<string, string>>;
  /** As `RUN=all`, with a database user of its own. */
  start(env?: Settings): Promise<Program>;
  /** Notes what is stored now; what is short-lived would be gone at the end. */
  look(when: string): Promise<void>;
  logs(): string;
  close(): Promise<void>;
}

export const withLogin = (url: string, username: string, password: string): string =>
  Object.assign(new URL(url), { username, password }).href;

/** A user of the database who may do what the program does. */
const USERS: Record<Backing, (name: string, password: string) => Record<'admit' | 'dismiss', readonly string[]>> = {
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

export async function openGlassHouse(env: Settings): Promise<GlassHouse> {
  const house = await openHouse({ runs: [], broker: true, env });
  const sms = await startSmsSink({ token: PASSWORDS['SMS token'] });
  const role = `foyer_${randomUUID().replaceAll('-', '').slice(0, 26)}`;
  const { admit, dismiss } = USERS[house.database.kind](role, PASSWORDS['database password']);
  const say = async (statements: readonly string[]): Promise<void> => {
    for (const sql of statements) await house.database.query(sql);
  };
  await say(admit);
  const commands: string[] = [];
  const ear = await listen(house.env['REDIS_URL'] ?? '', commands);
  const programs: Program[] = [];
  const places: Record<string, string> = {};
  const own = {
    ...house.env,
    DATABASE_URL: withLogin(house.env['DATABASE_URL'] ?? '', role, PASSWORDS['database password']),
    SMTP_URL: withLogin(house.mails.url, 'postmaster', PASSWORDS['SMTP password']),
    SMS_API_URL: sms.url,
    SMS_API_TOKEN: sms.token,
  };
  return {
    house,
    sms,
    programs,
    commands,
    places,
    async start(more = {}) {
      const program = await startProgram({ env: { ...own, ...more } });
      programs.push(program);
      return program;
    },
    async look(when) {
      const { keys, values } = await dumpRedis(house.redis);
      places[`Redis keys (${when})`] = keys;
      places[`Redis values (${when})`] = values;
      places[`database (${when})`] = await dumpDatabase(house.database);
    },
    logs: () => programs.map((program) => program.output()).join('\n'),
    async close() {
      await Promise.all(programs.map((program) => program.dispose()));
      ear.disconnect();
      await say(dismiss);
      await Promise.all([sms.stop(), house.close()]);
    },
  };
}

async function listen(url: string, commands: string[]): Promise<Redis> {
  const client = new Redis(url);
  const ear = await client.monitor();
  client.disconnect();
  ear.on('error', () => {});
  ear.on('monitor', (_time: string, words: string[]) => commands.push(JSON.stringify(words)));
  return ear;
}
