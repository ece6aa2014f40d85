import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tally } from '../replicas/checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { activate, codeIn, register, stranger } from '../replicas/people.js';
import { codeLife } from './redis-house.js';

const MINUTE_MS = 60_000;

let house: House;
beforeAll(async () => {
  house = await openHouse({ runs: ['all', 'all'] });
}, 60_000);
afterAll(() => house?.close());

it('FM-S2 seven seconds until the 250: a whole minute from then, and not more', async () => {
  house.mails.behave({ delayMs: 7_000 }, 2);
  const [soon, late] = await Promise.all(
    [0, 1].map(async () => {
      const person = stranger();
      const asked = Date.now();
      await register(house.urls[0] ?? '', person);
      const mail = await house.mails.waitFor(({ to }) => to.includes(person.email), 10_000);
      return { person, mail, took: mail.acceptedAt - asked };
    }),
  );
  if (!soon || !late) throw new Error('two people registered');
  expect([soon.took > 6_900, late.took > 6_900]).toEqual([true, true]);
  const life = await codeLife(house, soon.person);
  expect(Math.abs(life - soon.mail.acceptedAt - MINUTE_MS)).toBeLessThan(1_000);
  await sleep(soon.mail.acceptedAt + MINUTE_MS - 2_000 - Date.now());
  expect(tally([await activate(house.urls[1] ?? '', soon.person, codeIn(soon.mail))])).toEqual({ '200': 1 });
  await sleep(late.mail.acceptedAt + MINUTE_MS + 500 - Date.now());
  const outcome = await activate(house.urls[1] ?? '', late.person, codeIn(late.mail));
  expect(tally([outcome])).toEqual({ '410 registration.code_expired': 1 });
}, 120_000);
