import { afterAll, beforeAll } from 'vitest';
import { openRedisConnections, type RedisConnections } from '#platform/redis/testing';
import { countersContract } from './counters.contract.js';
import { RedisCounters } from './redis-counters.js';

let redis: RedisConnections;

beforeAll(async () => {
  redis = await openRedisConnections(4);
});
afterAll(() => redis.drop());

countersContract('RedisCounters', async () => {
  const [first, ...others] = redis.all.map((connection) => new RedisCounters(connection));
  return { connections: [first as RedisCounters, ...others], pass: redis.pass, drop: async () => undefined };
});
