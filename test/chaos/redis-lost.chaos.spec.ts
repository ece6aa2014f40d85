import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { brokenInvariants, countCustomers } from '../replicas/checks.js';
import { activate, codeIn, logIn, type Person, stranger } from '../replicas/people.js';
import { send } from '../support/http-message.js';
import { applicant, guesses, openRedisHouse, type RedisHouse, recovery } from './redis-house.js';

const REGISTER = '/v1/registrations';
const RESEND_MS = 60_000;

let on: RedisHouse;
beforeAll(async () => {
  on = await openRedisHouse();
}, 60_000);
afterAll(() => on?.close());
afterEach(async () => {
  on.proxy.pass();
  expect(await brokenInvariants(on.house.database)).toEqual([]);
});

const api = () => on.house.urls[1] ?? '';
const codesTo = ({ email }: Person): string[] =>
  on.house.mails.messages.filter(({ to }) => to.includes(email)).map(codeIn);

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

const registerOf = (person: Person) => () => send(api() + REGISTER, 'POST', { json: person });
const resendOf =
  ({ email, password }: Person) =>
  () =>
    send(`${api()}${REGISTER}/resend-code`, 'POST', { basic: [email, password] });

async function getsIn(person: Person): Promise<void> {
  const code = codesTo(person).at(-1) ?? '';
  expect((await untilAnswered(() => activate(api(), person, code))).at(-1)).toBe(200);
  expect((await logIn(api(), person)).status).toBe(200);
  expect(await countCustomers(on.house.database, person.email)).toBe(1);
}

/** Who got no code asks for another when he may. All of them are let in, each once. */
async function allGetIn(people: readonly Person[]): Promise<void> {
  await sleep(2_000);
  const uncoded = () => people.filter((person) => codesTo(person).length === 0);
  const waiting = uncoded();
  for (const person of people) if (!waiting.includes(person)) await getsIn(person);
  if (waiting.length > 0) await sleep(RESEND_MS);
  for (const person of waiting) expect((await untilAnswered(resendOf(person))).at(-1)).toBe(200);
  await expect.poll(uncoded, { timeout: 10_000 }).toEqual([]);
  for (const person of waiting) await getsIn(person);
}

/** What is said to Redis about one person while `call` is answered. */
async function saidAbout(call: () => Promise<{ status: number }>): Promise<number> {
  on.proxy.forget();
  expect((await call()).status).toBeLessThan(300);
  const hash = /foyer:\{([0-9a-f]{64})\}/;
  return on.proxy.seen.filter((message) => hash.test(message)).length;
}

it('FM-R3 whichever reply to an activation is lost: 200, or 503 and then 200, one customer, no guess left open', async () => {
  const activation = async () => {
    const { person, code } = await applicant(on.house);
    await sleep(500); // what is said about his mail is over
    return saidAbout(() => activate(api(), person, code));
  };
  await activation(); // the first one has to show its scripts
  const said = await activation();
  expect(said).toBeGreaterThanOrEqual(3);
  for (let nth = 1; nth <= said; nth++) {
    const one = await applicant(on.house);
    await sleep(500);
    const cut = on.proxy.cutAfter(/foyer:\{[0-9a-f]{64}\}/, nth);
    const statuses = await untilAnswered(() => activate(api(), one.person, one.code));
    expect(cut.hit, `reply ${nth}`).toBeDefined();
    expect(statuses.at(-1), `reply ${nth}: ${statuses}`).toBe(200);
    expect(statuses.filter((status) => ![200, 409, 503].includes(status))).toEqual([]);
    expect(await countCustomers(on.house.database, one.person.email)).toBe(1);
    await recovery(on.house);
  }
  expect((await guesses(on.house)).open).toBe(0);
}, 180_000);

it('FM-R3 whichever reply to a registration is lost: 201, or 503 and then 201, and in the end everybody gets in', async () => {
  await saidAbout(registerOf(stranger()));
  const said = await saidAbout(registerOf(stranger()));
  expect(said).toBeGreaterThanOrEqual(4);
  const people: Person[] = [];
  for (let nth = 1; nth <= said; nth++) {
    const person = stranger();
    await recovery(on.house);
    await sleep(500);
    on.proxy.cutAfter(/foyer:\{[0-9a-f]{64}\}/, nth);
    const statuses = await untilAnswered(registerOf(person));
    on.proxy.pass();
    expect([statuses.at(-1), statuses.filter((status) => ![201, 503].includes(status))]).toEqual([201, []]);
    people.push(person);
  }
  await allGetIn(people);
}, 180_000);

it('FM-R2 fifty registrations are under way when Redis freezes: nobody waits long, and everybody gets in', async () => {
  const people = Array.from({ length: 50 }, () => stranger());
  const begun = performance.now();
  const first = people.map(async (person, n) => {
    await sleep(n);
    return (await registerOf(person)()).status;
  });
  await sleep(20);
  process.kill(on.server.pid, 'SIGSTOP');
  const statuses = await Promise.all(first);
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(statuses.filter((status) => ![201, 503].includes(status))).toEqual([]);
  expect(statuses).toContain(503);
  process.kill(on.server.pid, 'SIGCONT');
  for (const person of people) expect((await untilAnswered(registerOf(person))).at(-1)).toBe(201);
  await allGetIn(people);
}, 180_000);
