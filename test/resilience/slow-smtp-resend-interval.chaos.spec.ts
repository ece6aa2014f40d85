import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countOutcomes } from '../support/invariant-checks.js';
import { activate, extractCode, randomCredentials, register } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { fetchCodeExpiry } from './redis-deployment.js';

const MINUTE_MS = 60_000;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all', 'all'] });
}, 60_000);
afterAll(() => deployment?.close());

it('FM-S2 seven seconds until the 250: a whole minute from then, and not more', async () => {
  deployment.mails.setBehaviour({ delayMs: 7_000 }, 2);
  const [soon, late] = await Promise.all(
    [0, 1].map(async () => {
      const person = randomCredentials();
      const asked = Date.now();
      await register(deployment.urls[0] ?? '', person);
      const mail = await deployment.mails.waitFor(({ to }) => to.includes(person.email), 10_000);
      return { person, mail, took: mail.acceptedAt - asked };
    }),
  );
  if (!soon || !late) throw new Error('two people registered');
  expect([soon.took > 6_900, late.took > 6_900]).toEqual([true, true]);
  const life = await fetchCodeExpiry(deployment, soon.person);
  expect(Math.abs(life - soon.mail.acceptedAt - MINUTE_MS)).toBeLessThan(1_000);
  await sleep(soon.mail.acceptedAt + MINUTE_MS - 2_000 - Date.now());
  expect(countOutcomes([await activate(deployment.urls[1] ?? '', soon.person, extractCode(soon.mail))])).toEqual({
    '200': 1,
  });
  await sleep(late.mail.acceptedAt + MINUTE_MS + 500 - Date.now());
  const outcome = await activate(deployment.urls[1] ?? '', late.person, extractCode(late.mail));
  expect(countOutcomes([outcome])).toEqual({ '410 registration.code_expired': 1 });
}, 120_000);
