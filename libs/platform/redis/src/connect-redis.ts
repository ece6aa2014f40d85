import { once } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { InvalidConfiguration } from '#platform/config';
import type { Log } from '#platform/observability';
import { createRedisClient, listMasterNodes } from './create-redis-client.js';
import { mayEvict } from './eviction.js';
import { RedisConnection } from './redis-connection.js';

const READY_TIMEOUT_MS = 2_000;
const EVICTION_MESSAGE =
  'REDIS_URL: Redis may evict keys when its memory is full, and evicted counters disable their limits. ' +
  'Set its maxmemory-policy to noeviction';

/**
 * Waits up to two seconds for Redis; after that the program starts degraded and keeps trying to connect.
 * @throws InvalidConfiguration when Redis may evict keys
 */
export async function connectRedis(urls: readonly string[], log: Log): Promise<RedisConnection> {
  const client = await createRedisClient(urls);
  client.on('error', (error: Error) =>
    log.warn({ dependency: 'redis', reason: error.message }, 'Redis is unavailable'),
  );
  const ready = await once(client, 'ready', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) }).catch(() => undefined);
  if (ready) await connectNodes(client);
  if (ready && (await checkEviction(client, log))) {
    client.disconnect();
    throw new InvalidConfiguration([EVICTION_MESSAGE]);
  }
  // Checked at every reconnect: too late to reject the start, and it may be another server than before.
  client.on(
    'ready',
    () => void checkEviction(client, log).then((may) => may && log.error({ dependency: 'redis' }, EVICTION_MESSAGE)),
  );
  return new RedisConnection(client);
}

/** A cluster client connects with its first command, and would reject others meanwhile. */
async function connectNodes(client: Redis | Cluster): Promise<void> {
  await Promise.allSettled(listMasterNodes(client).map((node) => node.ping()));
}

async function checkEviction(client: Redis | Cluster, log: Log): Promise<boolean> {
  try {
    return await mayEvict(listMasterNodes(client));
  } catch (error) {
    log.warn({ dependency: 'redis', reason: String(error) }, 'cannot read the eviction policy of Redis');
    return false;
  }
}
