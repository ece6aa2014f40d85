import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../registration/backends.js';
import { Hall, useHall } from '../registration/hall.js';
import { type OwnServer, ownRedis } from '../support/own-servers.js';
import { faultsOfSilence } from './silence.js';
import { faultsOfUncountable } from './uncountable.js';

describe('a limit that cannot be counted', () => {
  const hall = useHall(SERVICES, { TRUSTED_SOURCES: '' });

  it('AC-54 lets nobody through: 503, and no try is lost', async () => {
    expect(await faultsOfUncountable(hall)).toEqual([]);
  });
});

describe('a Redis that says nothing', () => {
  const hall = new Hall();
  let redis: OwnServer;
  beforeAll(async () => {
    redis = await ownRedis();
    await hall.open(await SERVICES.open({ REDIS_URL: redis.url }));
  }, 90_000);
  afterAll(async () => {
    await hall.close();
    await redis?.stop();
  });

  it('FM-R2 AC-54 is waited for half a second: 503, never unlimited, and well again soon', async () => {
    expect(await faultsOfSilence(hall, redis)).toEqual([]);
  });
});
