import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type FreshRedis, freshRedis } from '../../../../../test/support/redis.js';
import { dueMessagesContract } from '../due-messages.contract.js';
import { RedisDueMessages } from './redis-due-messages.js';

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

dueMessagesContract('RedisDueMessages', async () => {
  const [one, other] = connections;
  return {
    workers: [new RedisDueMessages(one), new RedisDueMessages(other)],
    // A little more: the clocks of Redis and of a timer are not the same one.
    pass: (milliseconds) => sleep(milliseconds + 5),
    drop: async () => void (await one.client.del('foyer:{due}:messages', 'foyer:{due}:pace', 'foyer:{due}:origins')),
  };
});
