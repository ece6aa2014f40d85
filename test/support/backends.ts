import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { Redis } from 'ioredis';
import { type FreshDatabase, freshDatabase, TEST_DATABASE } from './fresh-databases.js';
import { type FreshRedis, freshRedis } from './fresh-redis.js';
import { type FreshVhost, freshVhost } from './fresh-vhost.js';
import { type Program, runProgram, startProgram } from './program.js';
import { type SmsSink, startSmsSink } from './sms-sink.js';
import { type SmtpSink, startSmtpSink } from './smtp-sink.js';

export type Settings = Readonly<Record<string, string>>;

/** A message as it reached its recipient's provider. */
export interface DeliveredMessage {
  /** A canonical e-mail address or an E.164 phone number. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** ms since 1970 */
  readonly acceptedAt: number;
}

/** What stands around the program when nothing of it is embedded. */
export interface BackingServices {
  readonly database: FreshDatabase;
  readonly redis: FreshRedis;
  readonly broker: FreshVhost;
  readonly mail: SmtpSink;
  readonly sms: SmsSink;
  /** A second process on the same services and secrets; it ends with the deployment. */
  startReplica(env?: Settings): Promise<Program>;
}

/** A running program with everything it needs, all of it its own. */
export interface RunningApp {
  readonly program: Program;
  /** None on the embedded default. */
  readonly services?: BackingServices;
  /** Oldest first. */
  listMessagesTo(to: string): Promise<readonly DeliveredMessage[]>;
  /** The memory of attempts is lost: Redis is emptied, or the one process that has them is killed and started again. */
  wipeAttempts(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** @param entry another build than ours */
  start(env?: Settings, entry?: string): Promise<RunningApp>;
}

/** Cheap hashes, and no limits per source: every request of a test comes from one address. */
const COMMON_SETTINGS: Settings = { BCRYPT_COST: '4', TRUSTED_SOURCES: '127.0.0.1/32' };

/** No URL set: embedded PostgreSQL, everything else in process, messages in the dev mailbox. */
export const EMBEDDED: Backend = {
  name: 'the embedded default',
  async start(env, entry) {
    const program = await startProgram({ ...(entry && { entry }), env: { ...COMMON_SETTINGS, ...env } });
    const loseMemory = async (): Promise<void> => {
      await program.kill();
      await program.start();
    };
    return {
      program,
      listMessagesTo: (to) => readDevMailbox(program, to),
      wipeAttempts: loseMemory,
      dispose: () => program.dispose(),
    };
  },
};

/** PostgreSQL (or MariaDB, by TEST_DATABASE), Redis, RabbitMQ, a mail server and an SMS gateway. */
export const SERVICES: Backend = {
  name: `${TEST_DATABASE === 'mariadb' ? 'MariaDB' : 'PostgreSQL'}, Redis and RabbitMQ`,
  async start(env, entry) {
    const [database, redis, broker] = await Promise.all([freshDatabase(), freshRedis(), freshVhost()]);
    const [mail, sms] = await Promise.all([startSmtpSink(), startSmsSink()]);
    const urls = { DATABASE_URL: database.url, REDIS_URL: redis.url, RABBITMQ_URL: broker.url };
    const channels = { SMTP_URL: mail.url, SMS_API_URL: sms.url, SMS_API_TOKEN: sms.token };
    const own = { ...COMMON_SETTINGS, ...urls, ...channels, ...freshSecrets(), ...env };
    await migrate(own);
    const program = await startProgram({ ...(entry && { entry }), env: own });
    const replicas: Program[] = [];
    const startReplica = async (more: Settings = {}): Promise<Program> => {
      const replica = await startProgram({ env: { ...own, ...more } });
      replicas.push(replica);
      return replica;
    };
    const dispose = async (): Promise<void> => {
      await Promise.all([program, ...replicas].map((one) => one.dispose()));
      await Promise.all([database.drop(), redis.drop(), broker.drop(), mail.stop(), sms.stop()]);
    };
    const services = { database, redis, broker, mail, sms, startReplica };
    const messagesTo = async (to: string): Promise<readonly DeliveredMessage[]> => readSinks(services, to);
    return { program, services, listMessagesTo: messagesTo, wipeAttempts: () => emptyRedis(redis.url), dispose };
  },
};

/** Where every suite runs. What is embedded is PostgreSQL: another database is not about it. */
export const BACKENDS: readonly Backend[] = TEST_DATABASE === 'postgres' ? [EMBEDDED, SERVICES] : [SERVICES];

async function migrate(env: Settings): Promise<void> {
  const { code, output } = await runProgram({ entry: 'dist/apps/server/src/migrate.js', env });
  if (code !== 0) throw new Error(`the migrations ended with ${code}:\n${output}`);
}

/** With DATABASE_URL every secret has to be set. */
export function freshSecrets(): Settings {
  const secret = () => randomBytes(32).toString('base64url');
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'first', alg: 'EdDSA', use: 'sig' };
  return {
    PASSWORD_PEPPER: secret(),
    CODE_SECRET: secret(),
    IDENTIFIER_SECRET: secret(),
    JWT_KEYS: JSON.stringify({ keys: [key] }),
  };
}

/** Everything but what the tests themselves keep there, to claim a database of a Redis that others use too. */
async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  const keys = (await redis.keys('*')).filter((key) => !key.startsWith('foyer-test:'));
  if (keys.length > 0) await redis.unlink(keys);
  redis.disconnect();
}

interface DevMessage extends Omit<DeliveredMessage, 'acceptedAt'> {
  readonly createdAt: string;
}

async function readDevMailbox(program: Program, to: string): Promise<readonly DeliveredMessage[]> {
  const { json } = await program.request<{ items: DevMessage[] }>('GET', `/dev/messages?to=${encodeURIComponent(to)}`);
  return json.items.map(({ createdAt, ...message }) => ({ ...message, acceptedAt: Date.parse(createdAt) })).reverse();
}

function readSinks({ mail, sms }: Pick<BackingServices, 'mail' | 'sms'>, to: string): readonly DeliveredMessage[] {
  const mails = mail.messages.filter((one) => one.to.map(toAsciiDomain).includes(to));
  const texts = sms.messages.filter((one) => one.to === to);
  return [
    ...mails.map(({ subject, text, acceptedAt }) => ({ to, subject, text, acceptedAt })),
    ...texts.map(({ text, acceptedAt }) => ({ to, subject: '', text, acceptedAt })),
  ];
}

/** As it came over the wire: the mail sink shows international domains in their own script. */
function toAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  return address.slice(0, at) + domainToASCII(address.slice(at));
}
