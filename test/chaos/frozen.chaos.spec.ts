import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokenInvariants, countCustomers, tally } from '../replicas/checks.js';
import { type House, openHouse } from '../replicas/house.js';
import { activate, codeIn, logIn, type Person, register, stranger } from '../replicas/people.js';
import { type Program, startProgram } from '../support/program.js';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.js';
import { FaultProxy } from './fault-proxy.js';

/** Of a due message. */
const LEASE_MS = 40_000;
const freeze = ({ pid }: Program) => process.kill(pid, 'SIGSTOP');
const wake = ({ pid }: Program) => process.kill(pid, 'SIGCONT');

let house: House;
let sink: SmtpSink;
let proxy: FaultProxy;
let first: Program;
let second: Program;
beforeAll(async () => {
  sink = await startSmtpSink();
  proxy = await FaultProxy.before(sink.url);
  // eight digits: no two codes are alike by chance
  house = await openHouse({ runs: ['api', 'api'], env: { SMTP_URL: proxy.url, CODE_LENGTH: '8' } });
  first = await startProgram({ env: { ...house.env, RUN: 'worker' } });
}, 60_000);
afterAll(async () => {
  await Promise.all([first?.dispose(), second?.dispose()]);
  await house?.close();
  await proxy?.stop();
  await sink?.stop();
});

const codesTo = ({ email }: Person): string[] => sink.messages.filter(({ to }) => to.includes(email)).map(codeIn);

it('FM-H1 a worker is frozen while it sends: another one takes over, and the woken one sends nothing more', async () => {
  sink.behave({ delayMs: 1_000 }, 1);
  const person = stranger();
  await register(house.urls[0] ?? '', person);
  await expect.poll(() => proxy.seen, { interval: 5 }).toContain('.'); // the end of its DATA
  freeze(first);
  second = await startProgram({ env: { ...house.env, RUN: 'worker' } });
  await expect.poll(() => codesTo(person), { timeout: LEASE_MS + 5_000, interval: 100 }).toHaveLength(2);
  wake(first);
  await sleep(3_000);
  const [old = '', live = ''] = codesTo(person);
  expect(codesTo(person)).toHaveLength(2);
  expect(tally([await activate(house.urls[0] ?? '', person, old)])).toEqual({ '400 registration.code_wrong': 1 });
  expect((await activate(house.urls[1] ?? '', person, live)).status).toBe(200);
  const next = stranger();
  await register(house.urls[1] ?? '', next);
  await expect.poll(() => codesTo(next), { timeout: 5_000 }).toHaveLength(1);
  expect(await brokenInvariants(house.database)).toEqual([]);
}, 90_000);

it('FM-H1 a replica is frozen between claim and commit: the other one lets the person in, once', async () => {
  const person = stranger();
  const [one, other] = house.programs as [Program, Program];
  await register(one.url, person);
  await expect.poll(() => codesTo(person), { timeout: 5_000 }).toHaveLength(1);
  const [code = ''] = codesTo(person);
  await house.database.lock('customers');
  const stuck = activate(one.url, person, code).catch((error: unknown) => error);
  await sleep(300);
  freeze(one);
  await house.database.unlock();
  const begun = performance.now();
  const attempts = [];
  for (let status = 0; status !== 200; await sleep(500)) {
    const reply = await activate(other.url, person, code);
    attempts.push(reply);
    status = reply.status;
    if (performance.now() - begun > 30_000) break;
  }
  expect(attempts.map(({ status }) => status).filter((status) => ![200, 409, 503].includes(status))).toEqual([]);
  expect(attempts.at(-1)?.status, JSON.stringify(tally(attempts))).toBe(200);
  wake(one);
  await stuck;
  await expect.poll(async () => (await activate(one.url, person, code)).text).toBe(attempts.at(-1)?.text);
  expect(await countCustomers(house.database, person.email)).toBe(1);
  expect((await logIn(one.url, person)).status).toBe(200);
  expect(await brokenInvariants(house.database)).toEqual([]);
}, 60_000);
