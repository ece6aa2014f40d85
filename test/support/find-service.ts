import { hasDocker, startContainer } from './containers.js';
import { rabbitMqProgram, startRabbitMq } from './local-rabbitmq.js';
import { mariaDbProgram, redisProgram, startMariaDb, startPostgres, startRedis } from './local-servers.js';
import { isListening } from './ports.js';
import { probeService, type ServiceKind } from './service-probe.js';

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

interface ServiceRecipe {
  readonly variable: string;
  readonly startLocal: () => Promise<{ url: string; management?: string; stop(): Promise<void> }>;
  readonly program: () => string | undefined;
  readonly port: number;
  /** Usual logins on the standard port. */
  readonly defaultUrls: readonly string[];
}

const RECIPES: Record<ServiceKind, ServiceRecipe> = {
  postgres: {
    variable: 'TEST_POSTGRES_URL',
    startLocal: startPostgres,
    program: () => 'embedded',
    port: 5432,
    defaultUrls: [
      'postgres://postgres:postgres@127.0.0.1:5432/postgres',
      'postgres://postgres@127.0.0.1:5432/postgres',
    ],
  },
  mariadb: {
    variable: 'TEST_MARIADB_URL',
    startLocal: startMariaDb,
    program: mariaDbProgram,
    port: 3306,
    defaultUrls: ['mysql://root@127.0.0.1:3306', 'mysql://root:root@127.0.0.1:3306'],
  },
  redis: {
    variable: 'TEST_REDIS_URL',
    startLocal: startRedis,
    program: redisProgram,
    port: 6379,
    defaultUrls: ['redis://127.0.0.1:6379'],
  },
  rabbitmq: {
    variable: 'TEST_RABBITMQ_URL',
    startLocal: startRabbitMq,
    program: rabbitMqProgram,
    port: 5672,
    defaultUrls: ['amqp://guest:guest@127.0.0.1:5672'],
  },
};

/** TEST_*_URL → container → our own instance → standard local port → what to do about it. Never throws. */
export async function findService(kind: ServiceKind): Promise<Service | Unavailable> {
  const { variable, startLocal } = RECIPES[kind];
  const given = process.env[variable];
  if (given) return useConfiguredService(kind, variable, given);
  const tried = [`${variable} is not set`];
  const attempt = async <T>(start: () => Promise<T>): Promise<T | undefined> =>
    start().catch((error: Error) => void tried.push(error.message.split('\n')[0] ?? ''));

  if (await hasDocker()) {
    const container = await attempt(() => startContainer(kind));
    if (container) return { how: 'docker', ...container };
  } else tried.push('there is no Docker');
  const server = await attempt(startLocal);
  if (server) return { how: kind === 'postgres' ? 'embedded' : 'local', ...server };
  const standard = await attempt(() => useDefaultService(kind));
  return standard ?? { how: 'none', why: `no ${kind} for the tests: ${tried.join('; ')}. Get it with: make services` };
}

const doNotStop = async (): Promise<void> => {};

// a URL somebody gave is meant: no silent fallback to something else
async function useConfiguredService(kind: ServiceKind, variable: string, url: string): Promise<Service | Unavailable> {
  const problem = await probeService(kind, url);
  if (problem) return { how: 'none', why: `no ${kind} for the tests: ${variable} is set, but there: ${problem}` };
  return { how: 'env', url, stop: doNotStop };
}

async function useDefaultService(kind: ServiceKind): Promise<Service> {
  const { port, defaultUrls } = RECIPES[kind];
  if (!(await isListening(port))) throw new Error(`nothing answers on 127.0.0.1:${port}`);
  const problems = new Set<string>();
  for (const url of defaultUrls) {
    const problem = await probeService(kind, url);
    if (!problem) return { how: 'standard', url, stop: doNotStop };
    problems.add(problem);
  }
  throw new Error(`127.0.0.1:${port} says ${[...problems].join(' and ')}`);
}

/** Whether only an installation can help: no URL, nothing to start and nothing on the standard port (Docker aside). */
export async function needsInstallation(kind: ServiceKind): Promise<boolean> {
  const { variable, program, port } = RECIPES[kind];
  return !process.env[variable] && !program() && !(await isListening(port));
}
