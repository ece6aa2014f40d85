import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { countCustomers } from '../replicas/checks.js';
import { activate, wrongCodes } from '../replicas/people.js';
import { ROOT } from '../support/built.js';
import { applicant, guesses, type RedisHouse, remaining } from './redis-house.js';

const script = readFileSync(path.join(ROOT, 'libs/codes/src/adapters/redis/claim.lua'));
const CLAIM = new RegExp(`^evalsha ${createHash('sha1').update(script).digest('hex')}`, 'i');

/** FM-R3: Redis grants the claim, and nobody hears of it. @throws AssertionError when that is felt */
export async function lostRightCode({ house, proxy }: RedisHouse): Promise<void> {
  const [one = '', other = ''] = house.urls;
  const { person, code } = await applicant(house);
  const before = await guesses(house);
  const lost = proxy.dropReplyOnce(CLAIM);
  const reply = await activate(other, person, code);
  expect(lost.hit).toBeDefined();
  expect(reply.status, reply.text).toBe(200);
  expect(await countCustomers(house.database, person.email)).toBe(1);
  expect(await guesses(house)).toEqual(before);
  expect((await activate(one, person, code)).text).toBe(reply.text);
}

/** FM-R3: Redis counts the wrong code, and nobody hears of it. @throws AssertionError when it is counted twice */
export async function lostWrongCode({ house, proxy }: RedisHouse): Promise<void> {
  const [one = '', other = ''] = house.urls;
  const { person, code } = await applicant(house);
  const before = await guesses(house);
  const lost = proxy.dropReplyOnce(CLAIM);
  const [wrong = ''] = wrongCodes(code, 1);
  const { status, json } = await activate(other, person, wrong);
  expect([lost.hit !== undefined, status]).toEqual([true, 400]);
  expect((json as { attemptsRemaining: number }).attemptsRemaining, 'tries left').toBe(2);
  expect(await remaining(house, person)).toBe(2);
  expect(await guesses(house)).toEqual({ ...before, wrong: before.wrong + 1 });
  expect((await activate(one, person, code)).status).toBe(200);
}
