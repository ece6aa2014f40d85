import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import type { Log } from '../telemetry/logger.js';
import { RedisConnection } from './redis-connection.js';

const OPTIONS = {
  connectTimeout: 1_000,
  commandTimeout: 500,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const;
const READY_MS = 2_000;

/** Waits up to two seconds for Redis; after that the program starts without it, degraded, and goes on trying. */
export async function connectRedis(urls: readonly string[], log: Log): Promise<RedisConnection> {
  const client = await open(urls);
  client.on('error', (error: Error) => log.warn({ dependency: 'redis', reason: error.message }, 'Redis is away'));
  await once(client, 'ready', { signal: AbortSignal.timeout(READY_MS) }).catch(() => undefined);
  return new RedisConnection(client);
}

/** The driver is loaded only when a URL is set: the embedded default saves its memory and start time. */
async function open(urls: readonly string[]): Promise<Redis | Cluster> {
  const { Redis, Cluster } = await import('ioredis');
  const [first = '', ...others] = urls;
  if (others.length === 0) return new Redis(first, { ...OPTIONS, retryStrategy: backOff });
  const { password, username, protocol } = new URL(first);
  const secure = protocol === 'rediss:' ? { tls: {} } : {};
  const nodes = urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port || 6379) }));
  const credentials = password
    ? { password: decodeURIComponent(password), username: decodeURIComponent(username) || 'default' }
    : {};
  return new Cluster(nodes, {
    enableOfflineQueue: false,
    clusterRetryStrategy: backOff,
    redisOptions: { ...OPTIONS, ...credentials, ...secure },
  });
}

const backOff = (tries: number): number => randomInt(1, Math.min(2_000, 50 * 2 ** Math.min(tries, 6)));
