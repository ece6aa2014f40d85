import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Credentials,
  findReservedCustomerId,
  logIn,
  randomCredentials,
  register,
} from '../../support/registration-requests.js';
import type { TestDeployment } from '../../support/test-deployment.js';
import { findLivingCustomers } from './customer-verified-checks.js';

/** Somebody who began to register, and somebody who did so after him with his address and a password of his own. */
export interface ContestedAttempt {
  readonly person: Credentials;
  readonly attacker: Credentials;
  readonly id: string;
  readonly attemptId: string;
}

export async function createContestedAttempt(deployment: TestDeployment): Promise<ContestedAttempt> {
  const [url = ''] = deployment.urls;
  const person = randomCredentials();
  const attacker = { ...randomCredentials(), email: person.email };
  const ticket = await register(url, person);
  await register(url, attacker);
  return { person, attacker, id: await findReservedCustomerId(deployment, ticket), attemptId: ticket.attemptId };
}

/** As if his attempt had been made so much earlier that it dies in so many ms, by the clock of the code store. */
export async function setAttemptExpiry(
  { redis }: TestDeployment,
  { attemptId }: ContestedAttempt,
  ms: number,
): Promise<void> {
  for (const key of await redis.keys('foyer:{*}:attempts')) {
    if (key.includes('{live}')) continue;
    for (const [tag, text] of Object.entries(await redis.hgetall(key))) {
      if (!text.includes(attemptId)) continue;
      const [seconds = 0, micros = 0] = await redis.time();
      const expiresAt = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000) + ms;
      await redis.hset(key, tag, JSON.stringify({ ...JSON.parse(text), expiresAt }));
      return;
    }
  }
  throw new Error('his attempt is not there');
}

/** Whether he was let in, and what must never be: somebody twice, somebody announced twice, the attacker. */
export async function readOutcome(
  deployment: TestDeployment,
  { person, attacker, id }: ContestedAttempt,
  password: 'his' | 'none',
) {
  const [url = ''] = deployment.urls;
  const found = await findLivingCustomers(deployment, person.email);
  const { rows } = await deployment.database.query(
    "select 1 as one from outbox where aggregate_id = $1 and type = 'customer.created.v1'",
    [id],
  );
  const mayEnter = found.length === 1 && password === 'his' ? 200 : 401;
  const entered = (await logIn(url, person)).status;
  const faults = [
    ...(found.length > 1 ? [`${found.length} customers`] : []),
    ...(found.some((one) => one.id !== id) ? ['he is somebody else'] : []),
    ...(rows.length === found.length ? [] : [`${rows.length} announcements of ${found.length}`]),
    ...(entered === mayEnter ? [] : [`his login was answered ${entered}`]),
    ...((await logIn(url, attacker)).status === 401 ? [] : ['the attacker is in']),
  ];
  return { isCustomer: found.length > 0, faults };
}

/** Tells this, and waits until it has a verdict: each event leaves one note, however often it comes. */
export async function publishAndWaitForInbox(
  deployment: TestDeployment,
  publish: () => Promise<readonly unknown[]>,
): Promise<void> {
  const countInboxEntries = async () =>
    Number((await deployment.database.query<{ n: string }>('select count(*) as n from inbox')).rows[0]?.n);
  const before = await countInboxEntries();
  const { length } = await publish();
  for (const deadline = Date.now() + 15_000; (await countInboxEntries()) < before + length; await sleep(20)) {
    if (Date.now() > deadline) throw new Error('not every event has a verdict after 15 s');
  }
}
