import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countCustomers, findBrokenInvariants } from '../support/invariant-checks.js';
import type { Program } from '../support/program.js';
import {
  activate,
  type Credentials,
  logIn,
  randomCredentials,
  register,
  waitForCode,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const PEOPLE = 40;
/** Acknowledged, refused, or unknown: the answer never came. */
type Heard = number | 'nothing';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all', 'all'], env: { BCRYPT_COST: '8' } });
});
afterAll(() => deployment?.close());

async function createPendingRegistrations(): Promise<(readonly [Credentials, string])[]> {
  const people = Array.from({ length: PEOPLE }, () => randomCredentials());
  return Promise.all(
    people.map(async (person, n) => {
      const ticket = await register(deployment.urls[n % 2] ?? '', person);
      return [person, await waitForCode(deployment.mails, person, ticket)] as const;
    }),
  );
}

describe('a replica is killed in the middle of activations', () => {
  it('INV-04 whoever was told 200 can sign in from then on, on every replica; whoever heard nothing gets in by asking again', async () => {
    const people = await createPendingRegistrations();
    const heard: Heard[] = [];
    const [first, second] = deployment.programs as readonly [Program, Program];
    const asked = people.map(async ([person, code], n) => {
      await sleep(5 * n);
      const reply = await activate(deployment.urls[n % 2] ?? '', person, code).catch(() => undefined);
      heard[n] = reply?.status ?? 'nothing';
      // at once, on the other one, which shares nothing but the services
      if (reply?.status === 200) expect((await logIn(second.url, person)).status).toBe(200);
    });
    await sleep(5 * (PEOPLE / 2));
    await first.kill();
    await Promise.all(asked);
    await first.start();

    const acknowledged = people.filter((_, n) => heard[n] === 200);
    const unknown = people.filter((_, n) => heard[n] === 'nothing');
    expect([acknowledged.length > 0, unknown.length > 0], JSON.stringify(heard)).toEqual([true, true]);
    expect(heard.filter((status) => status !== 200 && status !== 'nothing')).toEqual([]);
    // a claim that its owner took with him lapses after ten seconds
    for (const [person, code] of unknown) {
      const again = () => activate(first.url, person, code).then(({ status }) => status);
      await expect.poll(again, { timeout: 15_000, interval: 500 }).toBe(200);
    }
    for (const [person] of people) {
      expect((await logIn(first.url, person)).status).toBe(200);
      expect((await logIn(second.url, person)).status).toBe(200);
      expect(await countCustomers(deployment.database, person.email)).toBe(1);
    }
    expect(await findBrokenInvariants(deployment.database)).toEqual([]);
  });
});
