import { afterAll, beforeAll } from 'vitest';
import { openRedisConnections, type RedisConnections } from '#platform/redis/testing';
import { idempotencyStoreContract } from './idempotency-store.contract.js';
import { RedisIdempotencyStore } from './redis-idempotency-store.js';

let redis: RedisConnections;

beforeAll(async () => {
  redis = await openRedisConnections(4);
});
afterAll(() => redis.drop());

idempotencyStoreContract('RedisIdempotencyStore', async () => {
  const [first, ...others] = redis.all.map((connection) => new RedisIdempotencyStore(connection));
  return { connections: [first as RedisIdempotencyStore, ...others], pass: redis.pass, drop: async () => undefined };
});
