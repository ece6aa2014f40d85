import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../support/backends.js';
import { type LocalServer, startRedis } from '../support/local-servers.js';
import { TestApp, useTestApp } from '../support/test-app.js';
import { findUncountedRequests } from './uncountable-limits.js';
import { findUnresponsiveRedisFaults } from './unresponsive-redis.js';

describe('a limit that cannot be counted', () => {
  const app = useTestApp(SERVICES, { TRUSTED_SOURCES: '' });

  it('AC-54 lets nobody through: 503, and no try is lost', async () => {
    expect(await findUncountedRequests(app)).toEqual([]);
  });
});

describe('a Redis that says nothing', () => {
  const app = new TestApp();
  let redis: LocalServer;
  beforeAll(async () => {
    redis = await startRedis();
    await app.attach(await SERVICES.start({ REDIS_URL: redis.url }));
  }, 90_000);
  afterAll(async () => {
    await app.close();
    await redis?.stop();
  });

  it('FM-R2 AC-54 is waited for half a second: 503, never unlimited, and well again soon', async () => {
    expect(await findUnresponsiveRedisFaults(app, redis)).toEqual([]);
  });
});
