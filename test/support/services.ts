import { hasDocker, startContainer } from './containers.js';
import { ownRabbitMq, rabbitMqProgram } from './own-rabbitmq.js';
import { mariaDbProgram, ownMariaDb, ownPostgres, ownRedis, redisProgram } from './own-servers.js';
import { answers } from './ports.js';
import { type Kind, probe } from './probe.js';

export interface Service {
  /** Where it comes from: TEST_*_URL, a container, the embedded PostgreSQL, our own instance, or a standard port. */
  readonly how: 'env' | 'docker' | 'embedded' | 'local' | 'standard';
  readonly url: string;
  /** RabbitMQ only: the management API, if we know where it is. */
  readonly management?: string;
  stop(): Promise<void>;
}

export interface Unavailable {
  readonly how: 'none';
  /** One line, with what to do about it. */
  readonly why: string;
}

interface Recipe {
  readonly variable: string;
  readonly own: () => Promise<{ url: string; management?: string; stop(): Promise<void> }>;
  readonly program: () => string | undefined;
  readonly port: number;
  /** Usual logins on the standard port. */
  readonly usual: readonly string[];
}

const RECIPES: Record<Kind, Recipe> = {
  postgres: {
    variable: 'TEST_POSTGRES_URL',
    own: ownPostgres,
    program: () => 'embedded',
    port: 5432,
    usual: ['postgres://postgres:postgres@127.0.0.1:5432/postgres', 'postgres://postgres@127.0.0.1:5432/postgres'],
  },
  mariadb: {
    variable: 'TEST_MARIADB_URL',
    own: ownMariaDb,
    program: mariaDbProgram,
    port: 3306,
    usual: ['mysql://root@127.0.0.1:3306', 'mysql://root:root@127.0.0.1:3306'],
  },
  redis: {
    variable: 'TEST_REDIS_URL',
    own: ownRedis,
    program: redisProgram,
    port: 6379,
    usual: ['redis://127.0.0.1:6379'],
  },
  rabbitmq: {
    variable: 'TEST_RABBITMQ_URL',
    own: ownRabbitMq,
    program: rabbitMqProgram,
    port: 5672,
    usual: ['amqp://guest:guest@127.0.0.1:5672'],
  },
};

/** TEST_*_URL → container → our own instance → standard local port → what to do about it. Never throws. */
export async function findService(kind: Kind): Promise<Service | Unavailable> {
  const { variable, own } = RECIPES[kind];
  const given = process.env[variable];
  if (given) return givenService(kind, variable, given);
  const tried = [`${variable} is not set`];
  const attempt = async <T>(start: () => Promise<T>): Promise<T | undefined> =>
    start().catch((error: Error) => void tried.push(error.message.split('\n')[0] ?? ''));

  if (await hasDocker()) {
    const container = await attempt(() => startContainer(kind));
    if (container) return { how: 'docker', ...container };
  } else tried.push('there is no Docker');
  const server = await attempt(own);
  if (server) return { how: kind === 'postgres' ? 'embedded' : 'local', ...server };
  const standard = await attempt(() => standardService(kind));
  return standard ?? { how: 'none', why: `no ${kind} for the tests: ${tried.join('; ')}. Get it with: make services` };
}

const leaveAlone = async (): Promise<void> => {};

// a URL somebody gave is meant: no silent fallback to something else
async function givenService(kind: Kind, variable: string, url: string): Promise<Service | Unavailable> {
  const problem = await probe(kind, url);
  if (problem) return { how: 'none', why: `no ${kind} for the tests: ${variable} is set, but there: ${problem}` };
  return { how: 'env', url, stop: leaveAlone };
}

async function standardService(kind: Kind): Promise<Service> {
  const { port, usual } = RECIPES[kind];
  if (!(await answers(port))) throw new Error(`nothing answers on 127.0.0.1:${port}`);
  const problems = new Set<string>();
  for (const url of usual) {
    const problem = await probe(kind, url);
    if (!problem) return { how: 'standard', url, stop: leaveAlone };
    problems.add(problem);
  }
  throw new Error(`127.0.0.1:${port} says ${[...problems].join(' and ')}`);
}

/** Whether only an installation can help: no URL, nothing to start and nothing on the standard port (Docker aside). */
export async function isMissing(kind: Kind): Promise<boolean> {
  const { variable, program, port } = RECIPES[kind];
  return !process.env[variable] && !program() && !(await answers(port));
}
