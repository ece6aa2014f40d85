import { afterEach, describe, expect, it } from 'vitest';
import { findLostGuessCountFaults } from '../e2e/codes/guess-count-recovery.js';
import { EMBEDDED, SERVICES, type Settings } from '../support/backends.js';
import { findDistinguishableAnswers } from '../support/enumeration-check.js';
import { TRUSTED_PROXY_SETTINGS } from '../support/forwarded-for.js';
import { startRedis } from '../support/local-servers.js';
import { createPatchedBuild, NON_ATOMIC_CLAIM } from '../support/patched-build.js';
import { TestApp } from '../support/test-app.js';
import { startDeployment } from '../support/test-deployment.js';
import { findConcurrentGuessFaults } from './concurrent-guesses.js';
import {
  type BuildPatch,
  GUESS_LEDGER_IN_REDIS,
  LIMITER_FAILS_OPEN,
  NO_DECOY,
  NO_TIMEOUT,
  WRONG_TRY_COUNTED_LATE,
} from './mutations.js';
import { findUncountedRequests } from './uncountable-limits.js';
import { findUnresponsiveRedisFaults } from './unresponsive-redis.js';

// A suite that stays green on a program that is known to be wrong shows nothing.

type Ends = (() => Promise<unknown>)[];
/** What the named test finds wrong with a build; ours, if none is named. */
type Check = (entry?: string) => Promise<string[]>;

const ends: Ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startTestApp(entry: string | undefined, env: Settings, backend = SERVICES): Promise<TestApp> {
  const app = new TestApp();
  await app.attach(await backend.start(env, entry));
  ends.push(() => app.close());
  return app;
}

/** Guesses are counted once more, in the database; that fence is taken away to see the one in the code store. */
const guessingAtOnce: Check = async (entry) => {
  const env = { LIMIT_GUESSES_PER_DAY: 'off', LIMIT_GUESSES_PER_WEEK: 'off' };
  const deployment = await startDeployment({ roles: ['all', 'all'], ...(entry && { entry }), env });
  ends.push(() => deployment.close());
  return findConcurrentGuessFaults(deployment);
};

const silence: Check = async (entry) => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  return findUnresponsiveRedisFaults(await startTestApp(entry, { REDIS_URL: redis.url }), redis);
};

interface Mutation {
  readonly name: string;
  readonly mistake: BuildPatch;
  readonly test: string;
  readonly check: Check;
  /** What is to be found, so that no other trouble is taken for it. */
  readonly finds: RegExp;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a naive claim',
    mistake: NON_ATOMIC_CLAIM,
    test: 'RC-02',
    check: guessingAtOnce,
    finds: /wrong codes were evaluated/,
  },
  {
    name: 'a try that is counted after the compare',
    mistake: WRONG_TRY_COUNTED_LATE,
    test: 'AC-02',
    check: guessingAtOnce,
    finds: /wrong codes were evaluated/,
  },
  {
    name: 'a budget that is only in Redis',
    mistake: GUESS_LEDGER_IN_REDIS,
    test: 'INV-02',
    check: async (entry) => findLostGuessCountFaults(await startTestApp(entry, TRUSTED_PROXY_SETTINGS)),
    finds: /4 after nine guesses/,
  },
  {
    name: 'no decoy',
    mistake: NO_DECOY,
    test: 'AC-26',
    check: async (entry) => findDistinguishableAnswers(await startTestApp(entry, {}, EMBEDDED)),
    finds: /^mine, taken: \[401/,
  },
  { name: 'no timeout', mistake: NO_TIMEOUT, test: 'FM-R2', check: silence, finds: /^register: TimeoutError/ },
  {
    name: 'a limiter that fails open',
    mistake: LIMITER_FAILS_OPEN,
    test: 'AC-54',
    check: async (entry) => findUncountedRequests(await startTestApp(entry, { TRUSTED_SOURCES: '' })),
    finds: /^register: 201/,
  },
];

describe.each(MUTATIONS)('$name', ({ mistake, test, check, finds }) => {
  it(`makes ${test} red, which is green without it`, { timeout: 120_000 }, async () => {
    expect(await check()).toEqual([]);
    const build = createPatchedBuild(mistake);
    ends.unshift(() => build.end());
    expect(await check(build.entry)).toContainEqual(expect.stringMatching(finds));
  });
});
