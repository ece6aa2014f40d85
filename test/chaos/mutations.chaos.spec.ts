import { afterEach, describe, expect, it } from 'vitest';
import { BEHIND_A_PROXY } from '../limits/from.js';
import { faultsOfLostCount } from '../limits/lost-count.js';
import { faultsOfSilence } from '../limits/silence.js';
import { faultsOfUncountable } from '../limits/uncountable.js';
import { EMBEDDED, SERVICES, type Settings } from '../registration/backends.js';
import { Hall } from '../registration/hall.js';
import { toldApart } from '../registration/told-apart.js';
import { faultsOfGuessingAtOnce } from '../replicas/guessing.js';
import { openHouse } from '../replicas/house.js';
import { NAIVE_CLAIM, otherBuild } from '../replicas/other-build.js';
import { ownRedis } from '../support/own-servers.js';
import { BUDGET_IN_REDIS, COUNTED_TOO_LATE, FAILING_OPEN, type Mistake, NO_DECOY, NO_TIMEOUT } from './mistakes.js';

// A suite that stays green on a program that is known to be wrong shows nothing.

type Ends = (() => Promise<unknown>)[];
/** What the named test finds wrong with a build; ours, if none is named. */
type Check = (entry?: string) => Promise<string[]>;

const ends: Ends = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function hallOf(entry: string | undefined, env: Settings, backend = SERVICES): Promise<Hall> {
  const hall = new Hall();
  await hall.open(await backend.open(env, entry));
  ends.push(() => hall.close());
  return hall;
}

/** Guesses are counted once more, in the database; that fence is taken away to see the one in the code store. */
const guessingAtOnce: Check = async (entry) => {
  const env = { LIMIT_GUESSES_PER_DAY: 'off', LIMIT_GUESSES_PER_WEEK: 'off' };
  const house = await openHouse({ runs: ['all', 'all'], ...(entry && { entry }), env });
  ends.push(() => house.close());
  return faultsOfGuessingAtOnce(house);
};

const silence: Check = async (entry) => {
  const redis = await ownRedis();
  ends.push(() => redis.stop());
  return faultsOfSilence(await hallOf(entry, { REDIS_URL: redis.url }), redis);
};

interface Mutation {
  readonly name: string;
  readonly mistake: Mistake;
  readonly test: string;
  readonly check: Check;
  /** What is to be found, so that no other trouble is taken for it. */
  readonly finds: RegExp;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a naive claim',
    mistake: NAIVE_CLAIM,
    test: 'RC-02',
    check: guessingAtOnce,
    finds: /wrong codes were evaluated/,
  },
  {
    name: 'a try that is counted after the compare',
    mistake: COUNTED_TOO_LATE,
    test: 'AC-02',
    check: guessingAtOnce,
    finds: /wrong codes were evaluated/,
  },
  {
    name: 'a budget that is only in Redis',
    mistake: BUDGET_IN_REDIS,
    test: 'INV-02',
    check: async (entry) => faultsOfLostCount(await hallOf(entry, BEHIND_A_PROXY)),
    finds: /4 after nine guesses/,
  },
  {
    name: 'no decoy',
    mistake: NO_DECOY,
    test: 'AC-26',
    check: async (entry) => toldApart(await hallOf(entry, {}, EMBEDDED)),
    finds: /^mine, taken: \[401/,
  },
  { name: 'no timeout', mistake: NO_TIMEOUT, test: 'FM-R2', check: silence, finds: /^register: TimeoutError/ },
  {
    name: 'a limiter that fails open',
    mistake: FAILING_OPEN,
    test: 'AC-54',
    check: async (entry) => faultsOfUncountable(await hallOf(entry, { TRUSTED_SOURCES: '' })),
    finds: /^register: 201/,
  },
];

describe.each(MUTATIONS)('$name', ({ mistake, test, check, finds }) => {
  it(`makes ${test} red, which is green without it`, { timeout: 120_000 }, async () => {
    expect(await check()).toEqual([]);
    const build = otherBuild(mistake);
    ends.unshift(() => build.end());
    expect(await check(build.entry)).toContainEqual(expect.stringMatching(finds));
  });
});
