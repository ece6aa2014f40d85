import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { codeStoreContract } from '../../libs/codes/src/adapters/code-store.contract.js';
import { RedisCodeStore } from '../../libs/codes/src/adapters/redis/redis-code-store.js';
import { jobQueueContract } from '../../libs/notifications/src/adapters/job-queue.contract.js';
import { RedisJobQueue } from '../../libs/notifications/src/adapters/redis/redis-job-queue.js';
import { idempotencyStoreContract } from '../../libs/platform/idempotency/src/idempotency-store.contract.js';
import { RedisIdempotencyStore } from '../../libs/platform/idempotency/src/redis-idempotency-store.js';
import { countersContract } from '../../libs/platform/rate-limits/src/counters.contract.js';
import { RedisCounters } from '../../libs/platform/rate-limits/src/redis-counters.js';
import { attemptStoreContract } from '../../libs/registration/src/adapters/attempt-store.contract.js';
import { RedisAttemptStore } from '../../libs/registration/src/adapters/redis/redis-attempt-store.js';
import { type LocalRedisCluster, startRedisCluster } from '../support/local-redis-cluster.js';

let cluster: LocalRedisCluster;
let connections: readonly [RedisConnection, RedisConnection, RedisConnection, RedisConnection];
const connect = () => connectRedis(cluster.urls, createLog({ logLevel: 'silent' }));

beforeAll(async () => {
  cluster = await startRedisCluster();
  connections = await Promise.all([connect(), connect(), connect(), connect()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await cluster.stop();
});

// A little more: the clocks of Redis and of a timer are not the same one.
const pass = (milliseconds: number) => sleep(milliseconds + 5);
const now = () => Date.now();
const drop = async () => undefined;
const over = <T>(store: (connection: RedisConnection) => T): [T, ...T[]] => {
  const [first, ...others] = connections;
  return [store(first), ...others.map(store)];
};

describe('three nodes', () => {
  codeStoreContract('RedisCodeStore', async () => {
    return { connections: over((redis) => new RedisCodeStore(redis)), now, pass, drop };
  });

  attemptStoreContract('RedisAttemptStore', async () => ({
    connections: (rules, limits) => over((redis) => new RedisAttemptStore(redis, rules, limits)),
    now,
    pass,
    drop,
  }));

  countersContract('RedisCounters', async () => ({
    connections: over((redis) => new RedisCounters(redis)),
    pass,
    drop,
  }));

  idempotencyStoreContract('RedisIdempotencyStore', async () => ({
    connections: over((redis) => new RedisIdempotencyStore(redis)),
    pass,
    drop,
  }));

  jobQueueContract('RedisDueMessages', async () => {
    const [one, other] = connections;
    return {
      workers: [new RedisJobQueue(one), new RedisJobQueue(other)],
      advance: pass,
      close: async () => void (await one.client.del('foyer:{due}:messages', 'foyer:{due}:pace', 'foyer:{due}:origins')),
    };
  });
});

describe('a connection to three nodes', () => {
  const nodesOf = ({ client }: RedisConnection): Redis[] => (client instanceof Cluster ? client.nodes('master') : []);
  const count = (redis: RedisConnection, key: string) => redis.command((client) => client.incr(key));

  it('is there with its first command, whichever node that goes to', async () => {
    const fresh = await connect();
    const keys = Array.from({ length: 60 }, (_, n) => `first:${n}`);
    expect(await Promise.all(keys.map((key) => count(fresh, key)))).toEqual(keys.map(() => 1));
    expect(nodesOf(fresh)).toHaveLength(3);
    await fresh.close();
  });

  it('M11 FM-R3 never sends a command twice: a reply that is lost is an error', async () => {
    const [redis, observer] = connections;
    await count(redis, '{once}:connected');
    for (const { pid } of cluster.nodes) process.kill(pid, 'SIGSTOP');
    const sent = count(redis, '{once}').catch((error: unknown) => error);
    await sleep(50);
    for (const { stream } of nodesOf(redis)) stream?.destroy();
    for (const { pid } of cluster.nodes) process.kill(pid, 'SIGCONT');
    expect(await sent).toBeInstanceOf(Unavailable);
    await sleep(300);
    expect(await observer.client.get('{once}')).toBe('1');
    await expect.poll(() => count(redis, '{once}').catch(() => 0), { timeout: 3_000 }).toBe(2);
  });

  it('AC-53 does not get in with another password', async () => {
    const urls = cluster.urls.map((url) => url.replace(/:[^/@]+@/, ':wrong@'));
    const refused = await connectRedis(urls, createLog({ logLevel: 'silent' }));
    await expect(count(refused, 'locked')).rejects.toBeInstanceOf(Unavailable);
    refused.client.disconnect();
  });

  it('follows a slot that moves to another node', async () => {
    const [redis] = connections;
    expect(await count(redis, '{wanderer}:before')).toBe(1);
    await redis.client.del('{wanderer}:before');
    await moveSlot(nodesOf(redis), '{wanderer}');
    expect([await count(redis, '{wanderer}:after'), await count(redis, '{wanderer}:after')]).toEqual([1, 2]);
  });

  it('a script of one key runs wherever the key is, also where it was never seen', async () => {
    const [redis] = connections;
    const script = redis.script(new URL('../../libs/platform/rate-limits/src/count.lua', import.meta.url));
    await Promise.all(nodesOf(redis).map((node) => node.script('FLUSH')));
    const keys = Array.from({ length: 30 }, (_, n) => `scripted:${n}`);
    expect(await Promise.all(keys.map((key) => script([key], [1_000])))).toEqual(keys.map(() => 0));
  });
});

/** To the node after the one that has it. */
async function moveSlot(nodes: readonly Redis[], key: string): Promise<void> {
  const slot = await nodes[0]?.cluster('KEYSLOT', key);
  const ids = await Promise.all(nodes.map((node) => node.cluster('MYID') as Promise<string>));
  const owners = await Promise.all(nodes.map(async (node) => String(await node.call('CLUSTER', 'NODES'))));
  const owner = ids.findIndex((_, at) => hasSlot(owners[at] ?? '', Number(slot)));
  const next = ids[(owner + 1) % ids.length] ?? '';
  for (const node of [...nodes.slice(owner + 1), ...nodes.slice(0, owner + 1)])
    await node.call('CLUSTER', 'SETSLOT', String(slot), 'NODE', next);
}

/** Its own line says `myself` and ends with its ranges. */
function hasSlot(nodes: string, slot: number): boolean {
  const own = nodes.split('\n').find((line) => line.includes('myself')) ?? '';
  return own
    .split(' ')
    .slice(8)
    .some((range) => {
      const [from, to = from] = range.split('-').map(Number);
      return from !== undefined && to !== undefined && slot >= from && slot <= to;
    });
}
