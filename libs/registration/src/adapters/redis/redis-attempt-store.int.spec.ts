import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type FreshRedis, freshRedis } from '../../../../../test/support/fresh-redis.js';
import { aDraft } from '../../testing/an-attempt-draft.js';
import { LIMITS, SETTINGS } from '../../testing/registration-settings.js';
import { attemptStoreContract } from '../attempt-store.contract.js';
import { RedisAttemptStore } from './redis-attempt-store.js';

let redis: FreshRedis;
let connections: RedisConnection[];

beforeAll(async () => {
  redis = await freshRedis();
  const connect = () => connectRedis([redis.url], createLog({ logLevel: 'silent' }));
  connections = await Promise.all([connect(), connect(), connect(), connect()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.drop();
});

attemptStoreContract('RedisAttemptStore', async () => ({
  connections: (rules, limits) => connections.map((connection) => new RedisAttemptStore(connection, rules, limits)),
  now: () => Date.now(),
  // Wait a little longer, because Redis and the timer use different clocks.
  pass: (milliseconds) => sleep(milliseconds + 5),
  drop: async () => undefined,
}));

describe('RedisAttemptStore', () => {
  it('stores all keys of an identifier in one slot with an expiry [INV-12]', async () => {
    const [connection] = connections as [RedisConnection];
    const store = new RedisAttemptStore(connection, SETTINGS, LIMITS);
    const draft = aDraft();
    await connection.client.flushdb();
    await store.placeAttempt(draft, false);
    await store.requestCode(draft, draft.attemptId, 'K7', 60_000);
    await store.reserveOwnerNotice(draft.identifierHash);
    await store.convertToReceipt(draft, draft.attemptId);
    const keys = (await connection.client.keys('*')).filter((key) => !key.startsWith('foyer:{live}:')).sort();
    const slot = `foyer:{${draft.identifierHash}}:`;
    expect(keys).toEqual([`${slot}attempts`, `${slot}notified`]);
    expect(await connection.client.pttl(`${slot}attempts`)).toBeGreaterThan(1_700_000);
    expect(await connection.client.pttl(`${slot}attempts`)).toBeLessThanOrEqual(1_800_000);
    expect(await connection.client.pttl(`${slot}notified`)).toBeGreaterThan(86_000_000);
  });
});
