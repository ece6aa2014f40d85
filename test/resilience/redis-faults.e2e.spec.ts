import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { countCustomers, countOutcomes, findBrokenInvariants } from '../support/invariant-checks.js';
import { startRedis } from '../support/local-servers.js';
import { runProgram } from '../support/program.js';
import {
  activate,
  logIn,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import { assertLostReplyToRightCode, assertLostReplyToWrongCode } from './lost-claim-replies.js';
import { assertRateLimiterFailsClosed } from './rate-limiter-outage.js';
import {
  callEveryRoute,
  countGuesses,
  createPendingRegistration,
  fetchAttemptsRemaining,
  measureRecoveryMs,
  type RedisDeployment,
  startRedisDeployment,
  summarizeRefusals,
} from './redis-deployment.js';

/** A command may take 0.5 s; the rest is what two busy cores need. */
const PROMPT_MS = 1_500;
/** The breaker rests for two seconds after the last failure. */
const REST_MS = 2_500;
/** About three seconds; in some versions time stands still for a script, so its turns are counted as well. */
const BUSY = "local t = redis.call('TIME')[1] for i = 1, 4e6 do if redis.call('TIME')[1] - t > 3 then return end end";
const RETRY_LATER = Array(10).fill('503 retry');
const UNKNOWN = '401 auth.invalid_credentials';

let redisDeployment: RedisDeployment;
beforeAll(async () => {
  redisDeployment = await startRedisDeployment();
}, 60_000);
afterAll(() => redisDeployment?.close());
afterEach(async () => expect(await findBrokenInvariants(redisDeployment.deployment.database)).toEqual([]));

const urls = () => redisDeployment.deployment.urls as [string, string];
const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const begun = performance.now();
  return [await work, performance.now() - begun];
};

/** Codes that somebody is activating with at this moment. */
async function claims(): Promise<number> {
  const codes = await redisDeployment.redis.keys('foyer:*:code:*');
  return (await Promise.all(codes.map((code) => redisDeployment.redis.hexists(code, 'owner')))).filter(
    (owned) => owned === 1,
  ).length;
}

/** While Redis is away all answers are 503, at once; login works; then the code is as good as before. */
async function expectRecovery(fault: () => unknown, end: () => unknown): Promise<void> {
  const customer = await createPendingRegistration(redisDeployment.deployment);
  await activate(urls()[0], customer.person, customer.code);
  const waiting = await createPendingRegistration(redisDeployment.deployment);
  const before = await countGuesses(redisDeployment.deployment);
  await fault();
  for (const _ of ['at first', 'when it is known']) {
    const [replies, took] = await timed(callEveryRoute(redisDeployment.deployment, waiting));
    expect(summarizeRefusals(replies)).toEqual(RETRY_LATER);
    expect(took).toBeLessThan(PROMPT_MS);
  }
  for (const url of urls()) expect((await logIn(url, customer.person)).status).toBe(200);
  await end();
  expect(await measureRecoveryMs(redisDeployment.deployment)).toBeLessThan(REST_MS);
  expect(await fetchAttemptsRemaining(redisDeployment.deployment, waiting.person)).toBe(3);
  expect(await countGuesses(redisDeployment.deployment)).toEqual(before);
  expect((await activate(urls()[1], waiting.person, waiting.code)).status).toBe(200);
}

it('FM-R1 AC-54 refused: 503 and no guess is looked at; login works', () =>
  expectRecovery(
    () => redisDeployment.proxy.refuse(),
    () => redisDeployment.proxy.restore(),
  ));

it('FM-R2 silent: 503 in time, and normal two seconds after it woke', () =>
  expectRecovery(
    () => process.kill(redisDeployment.server.pid, 'SIGSTOP'),
    () => process.kill(redisDeployment.server.pid, 'SIGCONT'),
  ));

it('FM-R2 behind a line that swallows everything: the same', () =>
  expectRecovery(
    () => redisDeployment.proxy.blackhole(),
    () => redisDeployment.proxy.restore(),
  ));

it('FM-R9 busy with a slow script for three seconds: the same', async () => {
  let slow: Promise<unknown> | undefined;
  await expectRecovery(
    () => {
      slow = redisDeployment.redis.eval(BUSY, 0);
    },
    () => slow,
  );
});

it('FM-R7 full: nobody registers or is let in, 503; nothing is evicted, and all goes on when there is room', async () => {
  const waiting = await createPendingRegistration(redisDeployment.deployment);
  const [before, keys] = [await countGuesses(redisDeployment.deployment), await redisDeployment.redis.dbsize()];
  await redisDeployment.redis.config('SET', 'maxmemory', '1mb');
  const outcomes = summarizeRefusals(await callEveryRoute(redisDeployment.deployment, waiting));
  const [registered, , , activated, guessed] = outcomes;
  expect([registered, activated, guessed]).toEqual(Array(3).fill('503 retry'));
  expect(outcomes.filter((outcome) => !['200 never', '429 retry', '503 retry'].includes(outcome))).toEqual([]);
  await redisDeployment.redis.config('SET', 'maxmemory', '0');
  expect(await redisDeployment.redis.dbsize()).toBeGreaterThanOrEqual(keys);
  expect(await measureRecoveryMs(redisDeployment.deployment)).toBeLessThan(REST_MS);
  expect([
    await fetchAttemptsRemaining(redisDeployment.deployment, waiting.person),
    await countGuesses(redisDeployment.deployment),
  ]).toEqual([3, before]);
  expect((await activate(urls()[1], waiting.person, waiting.code)).status).toBe(200);
});

it('FM-R7 a program does not start on a Redis that may evict, and says why', async () => {
  const evicting = await startRedis({ settings: { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' } });
  const { code, output } = await runProgram({ env: { ...redisDeployment.deployment.env, REDIS_URL: evicting.url } });
  expect(code).toBe(1);
  expect(output).toMatch(/cannot be used:\n.*REDIS_URL.*noeviction/);
  await evicting.stop();
});

it('FM-R3 INV-01 the reply to the right code is lost: 200, one customer, its guess given back', () =>
  assertLostReplyToRightCode(redisDeployment));

it('FM-R3 INV-02 the reply to a wrong code is lost: it is one wrong code', () =>
  assertLostReplyToWrongCode(redisDeployment));

it('FM-R4 all is forgotten between register and activate: 401, then the same id again', async () => {
  const { person, ticket, code } = await createPendingRegistration(redisDeployment.deployment);
  await redisDeployment.redis.flushall();
  for (const url of urls()) expect(countOutcomes([await activate(url, person, code)])).toEqual({ [UNKNOWN]: 1 });
  const again = await createPendingRegistration(redisDeployment.deployment, person);
  expect([again.ticket.id, again.ticket.attemptId === ticket.attemptId]).toEqual([ticket.id, false]);
  expect((await activate(urls()[1], person, again.code)).status).toBe(200);
});

it('FM-R5 all is forgotten between claim and commit: the commit decides, and no other password gets in', async () => {
  const owner = await createPendingRegistration(redisDeployment.deployment);
  const other = await createPendingRegistration(redisDeployment.deployment, {
    ...owner.person,
    password: `${owner.person.password}, but another`,
  });
  await redisDeployment.deployment.database.lock('customers');
  const activated = activate(urls()[1], owner.person, owner.code);
  await expect.poll(claims, { interval: 10 }).toBe(1);
  await redisDeployment.redis.flushall();
  await redisDeployment.deployment.database.unlock();
  expect((await activated).status).toBe(200);
  for (const { person, code } of [other, owner])
    expect(countOutcomes([await activate(urls()[0], person, code)])).toEqual({ [UNKNOWN]: 1 });
  expect((await logIn(urls()[0], owner.person)).status).toBe(200);
  expect((await logIn(urls()[0], other.person)).status).toBe(401);
  expect(await countCustomers(redisDeployment.deployment.database, owner.person.email)).toBe(1);
});

it('FM-R8 the scripts are forgotten before every call: nobody notices', async () => {
  const person = randomCredentials();
  await redisDeployment.redis.script('FLUSH');
  const ticket = await register(urls()[0], person);
  await redisDeployment.redis.script('FLUSH');
  const code = await waitForCode(redisDeployment.deployment.mails, person, ticket);
  const [wrong = ''] = wrongCodes(code, 1);
  const statuses = [];
  for (const typed of [wrong, code, code]) {
    await redisDeployment.redis.script('FLUSH');
    statuses.push((await activate(urls()[1], person, typed)).status);
  }
  expect(statuses).toEqual([400, 200, 200]);
});

it('AC-54 the counts alone are out of reach: nothing is let through uncounted', () =>
  assertRateLimiterFailsClosed(redisDeployment));
