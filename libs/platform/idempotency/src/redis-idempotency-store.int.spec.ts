import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type FreshRedis, freshRedis } from '../../../../test/support/fresh-redis.js';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { RedisIdempotencyStore } from './redis-idempotency-store.js';

let redis: FreshRedis;
let connections: RedisConnection[];

beforeAll(async () => {
  redis = await freshRedis();
  connections = await Promise.all(Array.from({ length: 4 }, () => connectRedis([redis.url], createRecordingLog().log)));
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.drop();
});

idempotencyStoreContract('RedisIdempotencyStore', async () => {
  const [first, ...others] = connections.map((connection) => new RedisIdempotencyStore(connection));
  return {
    connections: [first as RedisIdempotencyStore, ...others],
    // Adds a margin: the clocks of Redis and of a timer differ.
    pass: (milliseconds: number) => sleep(milliseconds + 5),
    drop: async () => undefined,
  };
});
