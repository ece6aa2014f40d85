import { afterEach, describe, expect, it } from 'vitest';
import type { Reply } from '../support/http-message.js';
import {
  countCustomers,
  countOutcomes,
  findSingleActivationFaults,
  findWrongCodeFaults,
} from '../support/invariant-checks.js';
import {
  ACTIVATION_WITHOUT_DUPLICATE_CHECK,
  createPatchedBuild,
  NON_ATOMIC_CLAIM,
  type PatchedBuild,
} from '../support/patched-build.js';
import { race } from '../support/race.js';
import {
  activationRequest,
  type Credentials,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

// The races would prove nothing if they stayed green on a program that is known to be wrong.

const AT_ONCE = 50;
/** Guesses are counted once more, in the database; that fence is taken away to see this one. */
const env = { LIMIT_GUESSES_PER_DAY: 'off', LIMIT_GUESSES_PER_WEEK: 'off' };
const open: { deployment: TestDeployment; build: PatchedBuild }[] = [];
afterEach(async () => {
  for (const { deployment, build } of open.splice(0)) {
    await deployment.close();
    await build.end();
  }
});

async function houseWith(mistakes: Readonly<Record<string, string>>, replicas: number): Promise<TestDeployment> {
  const build = createPatchedBuild(mistakes);
  const deployment = await startDeployment({ roles: Array(replicas).fill('all'), entry: build.entry, env });
  open.push({ deployment, build });
  return deployment;
}

async function burst(
  deployment: TestDeployment,
  guess: (code: string, n: number) => string,
): Promise<[Credentials, readonly Reply[]]> {
  const person = randomCredentials();
  const code = await waitForCode(deployment.mails, person, await register(deployment.urls[0] ?? '', person));
  const requests = Array.from({ length: AT_ONCE }, (_, n) => activationRequest(person, guess(code, n)));
  return [person, (await race(deployment.urls, requests)).replies];
}

const same = (code: string): string => code;
const wrong = (code: string, n: number): string => wrongCodes(code, n + 1)[n] ?? '';

describe('a claim in three steps', () => {
  it('is caught by RC-02, and even then the database makes one customer', async () => {
    const deployment = await houseWith(NON_ATOMIC_CLAIM, 2);
    const [, guesses] = await burst(deployment, wrong);
    expect(findWrongCodeFaults(guesses), JSON.stringify(countOutcomes(guesses))).toContainEqual(
      expect.stringMatching(/^\d+ wrong codes were evaluated$/),
    );
    const [person] = await burst(deployment, same);
    expect(await countCustomers(deployment.database, person.email)).toBe(1);
  });

  it('is caught by RC-01 when that second fence is gone, too', async () => {
    const deployment = await houseWith({ ...NON_ATOMIC_CLAIM, ...ACTIVATION_WITHOUT_DUPLICATE_CHECK }, 1);
    const [person, replies] = await burst(deployment, same);
    expect(findSingleActivationFaults(replies), JSON.stringify(countOutcomes(replies))).toContainEqual(
      expect.stringContaining('401 auth.invalid_credentials'),
    );
    expect(await countCustomers(deployment.database, person.email)).toBe(1);
  });
});
