import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countCustomers, countOutcomes, findBrokenInvariants } from '../support/invariant-checks.js';
import { type Program, startProgram } from '../support/program.js';
import {
  activate,
  type Credentials,
  extractCode,
  logIn,
  randomCredentials,
  register,
} from '../support/registration-requests.js';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { FaultProxy } from './fault-proxy.js';

/** Of a due message. */
const LEASE_MS = 40_000;
const freeze = ({ pid }: Program) => process.kill(pid, 'SIGSTOP');
const wake = ({ pid }: Program) => process.kill(pid, 'SIGCONT');

let deployment: TestDeployment;
let sink: SmtpSink;
let proxy: FaultProxy;
let first: Program;
let second: Program;
beforeAll(async () => {
  sink = await startSmtpSink();
  proxy = await FaultProxy.start(sink.url);
  // eight digits: no two codes are alike by chance
  deployment = await startDeployment({ roles: ['api', 'api'], env: { SMTP_URL: proxy.url, CODE_LENGTH: '8' } });
  first = await startProgram({ env: { ...deployment.env, RUN: 'worker' } });
}, 60_000);
afterAll(async () => {
  await Promise.all([first?.dispose(), second?.dispose()]);
  await deployment?.close();
  await proxy?.stop();
  await sink?.stop();
});

const codesTo = ({ email }: Credentials): string[] =>
  sink.messages.filter(({ to }) => to.includes(email)).map(extractCode);

it('FM-H1 a worker is frozen while it sends: another one takes over, and the woken one sends nothing more', async () => {
  sink.setBehaviour({ delayMs: 1_000 }, 1);
  const person = randomCredentials();
  await register(deployment.urls[0] ?? '', person);
  await expect.poll(() => proxy.messages, { interval: 5 }).toContain('.'); // the end of its DATA
  freeze(first);
  second = await startProgram({ env: { ...deployment.env, RUN: 'worker' } });
  await expect.poll(() => codesTo(person), { timeout: LEASE_MS + 5_000, interval: 100 }).toHaveLength(2);
  wake(first);
  await sleep(3_000);
  const [old = '', live = ''] = codesTo(person);
  expect(codesTo(person)).toHaveLength(2);
  expect(countOutcomes([await activate(deployment.urls[0] ?? '', person, old)])).toEqual({
    '400 registration.code_wrong': 1,
  });
  expect((await activate(deployment.urls[1] ?? '', person, live)).status).toBe(200);
  const next = randomCredentials();
  await register(deployment.urls[1] ?? '', next);
  await expect.poll(() => codesTo(next), { timeout: 5_000 }).toHaveLength(1);
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
}, 90_000);

it('FM-H1 a replica is frozen between claim and commit: the other one lets the person in, once', async () => {
  const person = randomCredentials();
  const [one, other] = deployment.programs as [Program, Program];
  await register(one.url, person);
  await expect.poll(() => codesTo(person), { timeout: 5_000 }).toHaveLength(1);
  const [code = ''] = codesTo(person);
  await deployment.database.lock('customers');
  const stuck = activate(one.url, person, code).catch((error: unknown) => error);
  await sleep(300);
  freeze(one);
  await deployment.database.unlock();
  const begun = performance.now();
  const attempts = [];
  for (let status = 0; status !== 200; await sleep(500)) {
    const reply = await activate(other.url, person, code);
    attempts.push(reply);
    status = reply.status;
    if (performance.now() - begun > 30_000) break;
  }
  expect(attempts.map(({ status }) => status).filter((status) => ![200, 409, 503].includes(status))).toEqual([]);
  expect(attempts.at(-1)?.status, JSON.stringify(countOutcomes(attempts))).toBe(200);
  wake(one);
  await stuck;
  await expect.poll(async () => (await activate(one.url, person, code)).text).toBe(attempts.at(-1)?.text);
  expect(await countCustomers(deployment.database, person.email)).toBe(1);
  expect((await logIn(one.url, person)).status).toBe(200);
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
}, 60_000);
