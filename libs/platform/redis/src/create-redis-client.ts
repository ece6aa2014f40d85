import { randomInt } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

const CLIENT_OPTIONS = {
  connectTimeout: 1_000,
  commandTimeout: 500,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const;

/** The client replaces an unresponsive cluster node only when it refreshes the slot map. */
const SLOTS_REFRESH_MS = 5_000;

/** The driver is loaded only when a URL is set: the embedded default saves its memory and start time. */
export async function createRedisClient(urls: readonly string[]): Promise<Redis | Cluster> {
  const { Redis, Cluster } = await import('ioredis');
  const [first = '', ...others] = urls;
  if (others.length === 0) return new Redis(first, { ...CLIENT_OPTIONS, retryStrategy: backOff });
  const { password, username, protocol } = new URL(first);
  const secure = protocol === 'rediss:' ? { tls: {} } : {};
  const nodes = urls.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port || 6379) }));
  const credentials = password
    ? { password: decodeURIComponent(password), username: decodeURIComponent(username) || 'default' }
    : {};
  return new Cluster(nodes, {
    enableOfflineQueue: false,
    clusterRetryStrategy: backOff,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // Both options would resend commands that may have run: a lost connection loses replies.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: { ...CLIENT_OPTIONS, ...credentials, ...secure },
  });
}

/** The servers that hold keys. */
export const listMasterNodes = (client: Redis | Cluster): readonly Redis[] =>
  'nodes' in client ? client.nodes('master') : [client];

const backOff = (tries: number): number => randomInt(1, Math.min(2_000, 50 * 2 ** Math.min(tries, 6)));
