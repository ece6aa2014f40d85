import { Redis } from 'ioredis';
import { startRedis } from './local-servers.js';
import { requireService } from './shared-service.js';

export interface FreshRedis {
  readonly url: string;
  /** Forgets everything in it. */
  drop(): Promise<void>;
}

/**
 * An empty Redis of your own. Where redis-server is on this machine it is a server (0.1 s), because published messages
 * do not stay within a database; on any other Redis it is a database between 1 and 15 that nobody uses.
 */
export async function freshRedis(): Promise<FreshRedis> {
  const { how, url } = await requireService('redis');
  if (how !== 'local') return claimDatabase(url);
  const server = await startRedis();
  return { url: server.url, drop: server.stop };
}

const CLAIM_KEY = 'foyer-test:claimed';

async function claimDatabase(server: string): Promise<FreshRedis> {
  for (let database = 1; database < 16; database++) {
    const url = new URL(server);
    url.pathname = `/${database}`;
    if (await withRedis(url.href, claimEmptyDatabase))
      return { url: url.href, drop: () => withRedis(url.href, releaseDatabase) };
  }
  throw new Error(`no empty database between 1 and 15 on ${server.replace(/\/\/.*@/, '//')}`);
}

// the claim decides between two who find it empty at once; it dies after an hour if we could not release it
async function claimEmptyDatabase(redis: Redis): Promise<boolean> {
  if ((await redis.dbsize()) > 0) return false;
  return (await redis.set(CLAIM_KEY, '1', 'EX', 3600, 'NX')) === 'OK';
}

async function releaseDatabase(redis: Redis): Promise<void> {
  await redis.flushdb();
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { connectTimeout: 5_000, maxRetriesPerRequest: 1 });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
