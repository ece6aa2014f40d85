import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type FreshRedis, freshRedis } from '../../../../../test/support/fresh-redis.js';
import { jobQueueContract } from '../job-queue.contract.js';
import { RedisJobQueue } from './redis-job-queue.js';

let redis: FreshRedis;
let connections: [RedisConnection, RedisConnection];

beforeAll(async () => {
  redis = await freshRedis();
  const connect = () => connectRedis([redis.url], createLog({ logLevel: 'silent' }));
  connections = await Promise.all([connect(), connect()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.drop();
});

jobQueueContract('RedisDueMessages', async () => {
  const [one, other] = connections;
  return {
    workers: [new RedisJobQueue(one), new RedisJobQueue(other)],
    // A little more: the clocks of Redis and of a timer are not the same one.
    advance: (milliseconds) => sleep(milliseconds + 5),
    close: async () => void (await one.client.del('foyer:{due}:messages', 'foyer:{due}:pace', 'foyer:{due}:origins')),
  };
});
