import { afterEach, describe, expect, it } from 'vitest';
import { createPatchedBuild, type PatchedBuild } from '../support/patched-build.js';
import { activate } from '../support/registration-requests.js';
import { assertLostReplyToRightCode, assertLostReplyToWrongCode } from './lost-claim-replies.js';
import { assertRateLimiterFailsClosed } from './rate-limiter-outage.js';
import { createPendingRegistration, type RedisDeployment, startRedisDeployment } from './redis-deployment.js';

// The faults would prove nothing if they stayed green on a program that is known to be wrong.

const LENIENT_LIMITER = {
  'libs/platform/rate-limits/src/redis-counters.js': `
const original = RedisCounters.prototype.reserve;
RedisCounters.prototype.reserve = function (...asked) {
  return original.apply(this, asked).catch(() => ({ allowed: true, ticket: 'lenient' }));
};`,
};

/** As if the driver sent again what is unanswered, and the script did not know the request. */
const FORGETFUL_CLAIM = {
  'libs/codes/src/adapters/redis/redis-code-store.js': `
const original = RedisCodeStore.prototype.claimCode;
let asked = 0;
RedisCodeStore.prototype.claimCode = function (address, macs, requestId, terms) {
  return original.call(this, address, macs, { toString: () => requestId + asked++ }, terms);
};`,
};

const open: { on: RedisDeployment; build: PatchedBuild }[] = [];
afterEach(async () => {
  for (const { on, build } of open.splice(0)) {
    await on.close();
    await build.end();
  }
});

async function startWithMutation(mistake: Readonly<Record<string, string>>): Promise<RedisDeployment> {
  const build = createPatchedBuild(mistake);
  const on = await startRedisDeployment({ entry: build.entry });
  open.push({ on, build });
  const { person, code } = await createPendingRegistration(on.deployment);
  expect((await activate(on.deployment.urls[1] ?? '', person, code)).status).toBe(200);
  return on;
}

describe('a known mistake is caught', () => {
  it('a limiter that lets through what it cannot count, by AC-54', async () => {
    await expect(assertRateLimiterFailsClosed(await startWithMutation(LENIENT_LIMITER))).rejects.toThrow(/201 never/);
  });

  it('a claim that does not know its own repeat, by FM-R3', async () => {
    const on = await startWithMutation(FORGETFUL_CLAIM);
    await expect(assertLostReplyToRightCode(on)).rejects.toThrow(/in_progress/);
    await expect(assertLostReplyToWrongCode(on)).rejects.toThrow(/tries left/);
  });
});
