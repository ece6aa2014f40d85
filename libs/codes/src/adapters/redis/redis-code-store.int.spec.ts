import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type FreshRedis, freshRedis } from '../../../../../test/support/fresh-redis.js';
import type { CodeStore } from '../../application/ports.js';
import { NonAtomicRedisCodeStore } from '../../testing/non-atomic-redis-code-store.js';
import { codeStoreContract } from '../code-store.contract.js';
import { expectOneWinner, expectThreeEvaluated } from '../code-store.races.contract.js';
import { RedisCodeStore } from './redis-code-store.js';

let redis: FreshRedis;
let connections: RedisConnection[];

const connect = () => connectRedis([redis.url], createLog({ logLevel: 'silent' }));

beforeAll(async () => {
  redis = await freshRedis();
  connections = await Promise.all([connect(), connect(), connect(), connect()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.drop();
});

codeStoreContract('RedisCodeStore', async () => {
  const [first, ...others] = connections.map((connection) => new RedisCodeStore(connection));
  return {
    connections: [first as CodeStore, ...others],
    now: () => Date.now(),
    // A little more: the clocks of Redis and of a timer are not the same one.
    pass: (milliseconds) => sleep(milliseconds + 5),
    drop: async () => undefined,
  };
});

describe('M21 the races of the contract have teeth', () => {
  const naive = () => connections.map((connection) => new NonAtomicRedisCodeStore(connection));

  it('a store that looks before it writes has more than one winner', () =>
    expect(expectOneWinner(naive())).rejects.toThrow(/length/));

  it('a store that looks before it writes evaluates more than three', () =>
    expect(expectThreeEvaluated(naive())).rejects.toThrow(/deeply equal/));
});

it('ST-05 stores no code, and nothing that lives for ever', async () => {
  const [connection] = connections as [RedisConnection];
  const address = { identifierHash: 'e'.repeat(64), purpose: 'registration', subject: 'subject' } as const;
  await new RedisCodeStore(connection).saveCode(address, 'f'.repeat(64), 4, 60_000);
  const key = `foyer:{${'e'.repeat(64)}}:code:registration:subject`;
  expect(await connection.client.hgetall(key)).toEqual({
    mac: 'f'.repeat(64),
    exp: expect.anything(),
    unsent: expect.anything(),
    tries: '0',
    length: '4',
  });
  const ttl = await connection.client.pttl(key);
  expect(ttl).toBeGreaterThan(70_000);
  expect(ttl).toBeLessThanOrEqual(75_000);
});
