import { afterEach, describe, expect, it } from 'vitest';
import { type OtherBuild, otherBuild } from '../replicas/other-build.js';
import { activate } from '../replicas/people.js';
import { limiterFailsClosed } from './limiter.js';
import { lostRightCode, lostWrongCode } from './lost-replies.js';
import { applicant, openRedisHouse, type RedisHouse } from './redis-house.js';

// The faults would prove nothing if they stayed green on a program that is known to be wrong.

const LENIENT_LIMITER = {
  'libs/platform/rate-limits/src/redis-counters.js': `
const strictTake = RedisCounters.prototype.take;
RedisCounters.prototype.take = function (...asked) {
  return strictTake.apply(this, asked).catch(() => ({ allowed: true, ticket: 'lenient' }));
};`,
};

/** As if the driver sent again what is unanswered, and the script did not know the request. */
const FORGETFUL_CLAIM = {
  'libs/codes/src/adapters/redis/redis-code-store.js': `
const onceClaim = RedisCodeStore.prototype.claim;
let asked = 0;
RedisCodeStore.prototype.claim = function (address, macs, requestId, terms) {
  return onceClaim.call(this, address, macs, { toString: () => requestId + asked++ }, terms);
};`,
};

const open: { on: RedisHouse; build: OtherBuild }[] = [];
afterEach(async () => {
  for (const { on, build } of open.splice(0)) {
    await on.close();
    await build.end();
  }
});

async function houseWith(mistake: Readonly<Record<string, string>>): Promise<RedisHouse> {
  const build = otherBuild(mistake);
  const on = await openRedisHouse({ entry: build.entry });
  open.push({ on, build });
  const { person, code } = await applicant(on.house);
  expect((await activate(on.house.urls[1] ?? '', person, code)).status).toBe(200);
  return on;
}

describe('a known mistake is caught', () => {
  it('a limiter that lets through what it cannot count, by AC-54', async () => {
    await expect(limiterFailsClosed(await houseWith(LENIENT_LIMITER))).rejects.toThrow(/201 never/);
  });

  it('a claim that does not know its own repeat, by FM-R3', async () => {
    const on = await houseWith(FORGETFUL_CLAIM);
    await expect(lostRightCode(on)).rejects.toThrow(/in_progress/);
    await expect(lostWrongCode(on)).rejects.toThrow(/tries left/);
  });
});
