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
    // Wait a little longer, because Redis and the timer use different clocks.
    pass: (milliseconds) => sleep(milliseconds + 5),
    drop: async () => undefined,
  };
});

describe('the race tests of the contract [M21]', () => {
  const naive = () => connections.map((connection) => new NonAtomicRedisCodeStore(connection));

  it('detect more than one winner in a store that reads before it writes', () =>
    expect(expectOneWinner(naive())).rejects.toThrow(/length/));

  it('detect more than three evaluated codes in a store that reads before it writes', () =>
    expect(expectThreeEvaluated(naive())).rejects.toThrow(/deeply equal/));
});

it('stores no code, and no key without expiry [ST-05]', async () => {
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
