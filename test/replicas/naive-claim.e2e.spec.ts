import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../support/http-message.js';
import { race } from '../support/race.js';
import { countCustomers, faultsOfOneActivation, faultsOfWrongCodes, tally } from './checks.js';
import { type House, openHouse } from './house.js';
import { FORGETFUL_ADMISSION, NAIVE_CLAIM, type OtherBuild, otherBuild } from './other-build.js';
import { activation, codeOf, type Person, register, stranger, wrongCodes } from './people.js';

// The races would prove nothing if they stayed green on a program that is known to be wrong.

const AT_ONCE = 50;
/** Guesses are counted once more, in the database; that fence is taken away to see this one. */
const env = { LIMIT_GUESSES_PER_DAY: 'off', LIMIT_GUESSES_PER_WEEK: 'off' };
const open: { house: House; build: OtherBuild }[] = [];
afterEach(async () => {
  for (const { house, build } of open.splice(0)) {
    await house.close();
    await build.end();
  }
});

async function houseWith(mistakes: Readonly<Record<string, string>>, replicas: number): Promise<House> {
  const build = otherBuild(mistakes);
  const house = await openHouse({ runs: Array(replicas).fill('all'), entry: build.entry, env });
  open.push({ house, build });
  return house;
}

async function burst(house: House, guess: (code: string, n: number) => string): Promise<[Person, readonly Reply[]]> {
  const person = stranger();
  const code = await codeOf(house.mails, person, await register(house.urls[0] ?? '', person));
  const requests = Array.from({ length: AT_ONCE }, (_, n) => activation(person, guess(code, n)));
  return [person, (await race(house.urls, requests)).replies];
}

const same = (code: string): string => code;
const wrong = (code: string, n: number): string => wrongCodes(code, n + 1)[n] ?? '';

describe('a claim in three steps', () => {
  it('is caught by RC-02, and even then the database makes one customer', async () => {
    const house = await houseWith(NAIVE_CLAIM, 2);
    const [, guesses] = await burst(house, wrong);
    expect(faultsOfWrongCodes(guesses), JSON.stringify(tally(guesses))).toContainEqual(
      expect.stringMatching(/^\d+ wrong codes were evaluated$/),
    );
    const [person] = await burst(house, same);
    expect(await countCustomers(house.database, person.email)).toBe(1);
  });

  it('is caught by RC-01 when that second fence is gone, too', async () => {
    const house = await houseWith({ ...NAIVE_CLAIM, ...FORGETFUL_ADMISSION }, 1);
    const [person, replies] = await burst(house, same);
    expect(faultsOfOneActivation(replies), JSON.stringify(tally(replies))).toContainEqual(
      expect.stringContaining('401 auth.invalid_credentials'),
    );
    expect(await countCustomers(house.database, person.email)).toBe(1);
  });
});
