import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { send } from '../support/http-message.js';
import { countCustomers, findBrokenInvariants } from '../support/invariant-checks.js';
import { activate, type Credentials, extractCode, logIn, randomCredentials } from '../support/registration-requests.js';
import {
  countGuesses,
  createPendingRegistration,
  measureRecoveryMs,
  type RedisDeployment,
  startRedisDeployment,
} from './redis-deployment.js';

const REGISTER = '/v1/registrations';
const RESEND_MS = 60_000;

let redisDeployment: RedisDeployment;
beforeAll(async () => {
  redisDeployment = await startRedisDeployment();
}, 60_000);
afterAll(() => redisDeployment?.close());
afterEach(async () => {
  redisDeployment.proxy.restore();
  expect(await findBrokenInvariants(redisDeployment.deployment.database)).toEqual([]);
});

const api = () => redisDeployment.deployment.urls[1] ?? '';
const codesTo = ({ email }: Credentials): string[] =>
  redisDeployment.deployment.mails.messages.filter(({ to }) => to.includes(email)).map(extractCode);

/** As a good client does it: 503 is tried again, anything else is an answer. Returns every status. */
async function untilAnswered(call: () => Promise<{ status: number }>): Promise<number[]> {
  const statuses: number[] = [];
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(250)) {
    const { status } = await call();
    statuses.push(status);
    if (status !== 503 && status !== 409) break;
  }
  return statuses;
}

const registrationCall = (person: Credentials) => () => send(api() + REGISTER, 'POST', { json: person });
const resendOf =
  ({ email, password }: Credentials) =>
  () =>
    send(`${api()}${REGISTER}/resend-code`, 'POST', { basic: [email, password] });

async function expectActivationAndLogin(person: Credentials): Promise<void> {
  const code = codesTo(person).at(-1) ?? '';
  expect((await untilAnswered(() => activate(api(), person, code))).at(-1)).toBe(200);
  expect((await logIn(api(), person)).status).toBe(200);
  expect(await countCustomers(redisDeployment.deployment.database, person.email)).toBe(1);
}

/** Who got no code asks for another when he may. All of them are let in, each once. */
async function expectAllActivated(people: readonly Credentials[]): Promise<void> {
  await sleep(2_000);
  const uncoded = () => people.filter((person) => codesTo(person).length === 0);
  const waiting = uncoded();
  for (const person of people) if (!waiting.includes(person)) await expectActivationAndLogin(person);
  if (waiting.length > 0) await sleep(RESEND_MS);
  for (const person of waiting) expect((await untilAnswered(resendOf(person))).at(-1)).toBe(200);
  await expect.poll(uncoded, { timeout: 10_000 }).toEqual([]);
  for (const person of waiting) await expectActivationAndLogin(person);
}

/** What is said to Redis about one person while `call` is answered. */
async function countRedisMessages(call: () => Promise<{ status: number }>): Promise<number> {
  redisDeployment.proxy.clearMessages();
  expect((await call()).status).toBeLessThan(300);
  const hash = /foyer:\{([0-9a-f]{64})\}/;
  return redisDeployment.proxy.messages.filter((message) => hash.test(message)).length;
}

it('FM-R3 whichever reply to an activation is lost: 200, or 503 and then 200, one customer, no guess left open', async () => {
  const activation = async () => {
    const { person, code } = await createPendingRegistration(redisDeployment.deployment);
    await sleep(500); // what is said about his mail is over
    return countRedisMessages(() => activate(api(), person, code));
  };
  await activation(); // the first one has to show its scripts
  const said = await activation();
  expect(said).toBeGreaterThanOrEqual(3);
  for (let nth = 1; nth <= said; nth++) {
    const one = await createPendingRegistration(redisDeployment.deployment);
    await sleep(500);
    const cut = redisDeployment.proxy.cutAfter(/foyer:\{[0-9a-f]{64}\}/, nth);
    const statuses = await untilAnswered(() => activate(api(), one.person, one.code));
    expect(cut.matchedMessage, `reply ${nth}`).toBeDefined();
    expect(statuses.at(-1), `reply ${nth}: ${statuses}`).toBe(200);
    expect(statuses.filter((status) => ![200, 409, 503].includes(status))).toEqual([]);
    expect(await countCustomers(redisDeployment.deployment.database, one.person.email)).toBe(1);
    await measureRecoveryMs(redisDeployment.deployment);
  }
  expect((await countGuesses(redisDeployment.deployment)).open).toBe(0);
}, 180_000);

it('FM-R3 whichever reply to a registration is lost: 201, or 503 and then 201, and in the end everybody gets in', async () => {
  await countRedisMessages(registrationCall(randomCredentials()));
  const said = await countRedisMessages(registrationCall(randomCredentials()));
  expect(said).toBeGreaterThanOrEqual(4);
  const people: Credentials[] = [];
  for (let nth = 1; nth <= said; nth++) {
    const person = randomCredentials();
    await measureRecoveryMs(redisDeployment.deployment);
    await sleep(500);
    redisDeployment.proxy.cutAfter(/foyer:\{[0-9a-f]{64}\}/, nth);
    const statuses = await untilAnswered(registrationCall(person));
    redisDeployment.proxy.restore();
    expect([statuses.at(-1), statuses.filter((status) => ![201, 503].includes(status))]).toEqual([201, []]);
    people.push(person);
  }
  await expectAllActivated(people);
}, 180_000);

it('FM-R2 fifty registrations are under way when Redis freezes: nobody waits long, and everybody gets in', async () => {
  const people = Array.from({ length: 50 }, () => randomCredentials());
  const begun = performance.now();
  const first = people.map(async (person, n) => {
    await sleep(n);
    return (await registrationCall(person)()).status;
  });
  await sleep(20);
  process.kill(redisDeployment.server.pid, 'SIGSTOP');
  const statuses = await Promise.all(first);
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(statuses.filter((status) => ![201, 503].includes(status))).toEqual([]);
  expect(statuses).toContain(503);
  process.kill(redisDeployment.server.pid, 'SIGCONT');
  for (const person of people) expect((await untilAnswered(registrationCall(person))).at(-1)).toBe(201);
  await expectAllActivated(people);
}, 180_000);
