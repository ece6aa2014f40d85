import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { ROOT } from '../support/ensure-built.js';
import { countCustomers } from '../support/invariant-checks.js';
import { activate, wrongCodes } from '../support/registration-requests.js';
import {
  countGuesses,
  createPendingRegistration,
  fetchAttemptsRemaining,
  type RedisDeployment,
} from './redis-deployment.js';

const claimScript = readFileSync(path.join(ROOT, 'libs/codes/src/adapters/redis/claim.lua'));
const CLAIM_COMMAND = new RegExp(`^evalsha ${createHash('sha1').update(claimScript).digest('hex')}`, 'i');

/** FM-R3: Redis grants the claim, and nobody hears of it. @throws AssertionError when that is felt */
export async function assertLostReplyToRightCode({ deployment, proxy }: RedisDeployment): Promise<void> {
  const [one = '', other = ''] = deployment.urls;
  const { person, code } = await createPendingRegistration(deployment);
  const before = await countGuesses(deployment);
  const lost = proxy.dropReplyOnce(CLAIM_COMMAND);
  const reply = await activate(other, person, code);
  expect(lost.matchedMessage).toBeDefined();
  expect(reply.status, reply.text).toBe(200);
  expect(await countCustomers(deployment.database, person.email)).toBe(1);
  expect(await countGuesses(deployment)).toEqual(before);
  expect((await activate(one, person, code)).text).toBe(reply.text);
}

/** FM-R3: Redis counts the wrong code, and nobody hears of it. @throws AssertionError when it is counted twice */
export async function assertLostReplyToWrongCode({ deployment, proxy }: RedisDeployment): Promise<void> {
  const [one = '', other = ''] = deployment.urls;
  const { person, code } = await createPendingRegistration(deployment);
  const before = await countGuesses(deployment);
  const lost = proxy.dropReplyOnce(CLAIM_COMMAND);
  const [wrong = ''] = wrongCodes(code, 1);
  const { status, json } = await activate(other, person, wrong);
  expect([lost.matchedMessage !== undefined, status]).toEqual([true, 400]);
  expect((json as { attemptsRemaining: number }).attemptsRemaining, 'tries left').toBe(2);
  expect(await fetchAttemptsRemaining(deployment, person)).toBe(2);
  expect(await countGuesses(deployment)).toEqual({ ...before, wrong: before.wrong + 1 });
  expect((await activate(one, person, code)).status).toBe(200);
}
