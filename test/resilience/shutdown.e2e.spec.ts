import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AwaitableList } from '../support/awaitable-list.js';
import { minimalEnvironment } from '../support/disposable-server.js';
import { ROOT } from '../support/ensure-built.js';
import { countOutcomes, findBrokenInvariants } from '../support/invariant-checks.js';
import { ManagedProcess } from '../support/managed-process.js';
import { freePort } from '../support/ports.js';
import { Program } from '../support/program.js';
import { race } from '../support/race.js';
import {
  activate,
  activationRequest,
  extractCode,
  randomCredentials,
  register,
  registrationRequest,
  waitForCode,
} from '../support/registration-requests.js';
import { temporaryFolder } from '../support/resource-reaper.js';
import { TEST_SETTINGS, type TestDeployment } from '../support/test-deployment.js';
import { countValues, runConstantLoad } from './constant-load.js';
import { registerAndSignIn, restartReplicasOneByOne, startTwoReplicas } from './rolling-restart.js';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startTwoReplicas();
}, 60_000);
afterAll(() => deployment?.close());
afterEach(async () => expect(await findBrokenInvariants(deployment.database)).toEqual([]));

const pair = () => deployment.programs as readonly [Program, Program];
const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
  const begun = performance.now();
  return [await work, performance.now() - begun];
};

it('LD-05 both replicas are restarted, one after the other: nobody who comes through the balancer notices', async () => {
  const outcomes = countValues(await restartReplicasOneByOne(deployment, 1, 40));
  const { 'walk 200 200': walks = 0, 'me 200': reads = 0, 'exit 0': exits, ...others } = outcomes;
  expect(others).toEqual({});
  expect([walks > 10, reads > 100, exits]).toEqual([true, true, 2]);
  await deployment.waitUntilDrained();
}, 60_000);

describe('LD-10 SIGTERM while people are served', () => {
  it('what has arrived is answered, and the process ends with 0', async () => {
    const [, leaving] = pair();
    await leaving.restart({ PRE_STOP_MS: '0' });
    const people = Array.from({ length: 10 }, () => randomCredentials());
    const codes = people.map(async (person) =>
      waitForCode(deployment.mails, person, await register(leaving.url, person)),
    );
    const activations = (await Promise.all(codes)).map((code, n) =>
      activationRequest(people[n] ?? randomCredentials(), code),
    );
    const strangers = people.map(() => registrationRequest(randomCredentials()));
    const replies = race(leaving.url, [...activations, ...strangers]).then((result) => result.replies);
    await sleep(55); // the last bytes are on their way
    expect(await leaving.stop()).toBe(0);
    expect(countOutcomes(await replies)).toEqual({ '200': 10, '201': 10 });
  });

  it('an activation that waits for the database and a mail that waits for its 250 are finished', async () => {
    const [staying, leaving] = pair();
    const person = randomCredentials();
    const code = await waitForCode(deployment.mails, person, await register(staying.url, person));
    await leaving.start();
    process.kill(staying.pid, 'SIGSTOP'); // so that the mail is not its
    const next = randomCredentials();
    deployment.mails.setBehaviour({ delayMs: 1_200 }, 1);
    await register(leaving.url, next);
    await sleep(300);
    await deployment.database.lock('customers');
    const activated = activate(leaving.url, person, code);
    await sleep(100);
    const stopped = leaving.stop();
    await sleep(300);
    await deployment.database.unlock();
    expect([(await activated).status, await stopped]).toEqual([200, 0]);
    process.kill(staying.pid, 'SIGCONT');
    const mail = await deployment.mails.waitFor(({ to }) => to.includes(next.email));
    expect((await activate(staying.url, next, extractCode(mail))).status).toBe(200);
  });
});

describe('LD-11', () => {
  it('a second signal ends it at once', async () => {
    const [, leaving] = pair();
    await leaving.restart({ PRE_STOP_MS: '10000' });
    process.kill(leaving.pid, 'SIGTERM');
    await expect.poll(async () => (await leaving.request('GET', '/health/ready')).status).toBe(503);
    await sleep(600); // what comes sooner is an echo
    const [code, took] = await timed(leaving.stop('SIGINT'));
    expect([code, took < 1_000]).toEqual([1, true]);
  });

  it('a signal that supervisor, make and npm repeat is one: what has arrived is answered', async () => {
    const [, leaving] = pair();
    await leaving.restart({ PRE_STOP_MS: '0' });
    const replies = race(leaving.url, [registrationRequest(randomCredentials())]);
    await sleep(55);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.kill(leaving.pid, signal);
    expect([await leaving.stop(), countOutcomes((await replies).replies)]).toEqual([0, { '201': 1 }]);
  });

  it('npm start passes SIGTERM on, and lives as long as the program', async () => {
    const folder = temporaryFolder();
    for (const part of ['package.json', 'dist']) symlinkSync(path.join(ROOT, part), path.join(folder.path, part));
    const own = { ...TEST_SETTINGS, PORT: String(await freePort()), DATA_DIR: path.join(folder.path, 'data') };
    const env = { ...minimalEnvironment(), ...own, npm_config_update_notifier: 'false' };
    const lines = new AwaitableList<string>('line of output');
    const npm = new ManagedProcess({ runner: 'npm', script: 'start', cwd: folder.path, env, lines });
    await lines.waitFor((line) => line.includes('"ready"'), 20_000);
    npm.signal('SIGTERM');
    expect(await npm.waitForExit(20_000)).toBe(0);
    expect(existsSync(path.join(own.DATA_DIR, 'postgres/postmaster.pid'))).toBe(false);
    await folder.end();
  });

  it.each([
    ['at its first breath', () => true, 143],
    ['while it makes its database', (data: string) => existsSync(path.join(data, 'postgres')), 0],
  ] as const)('SIGTERM %s: it ends, waits for no balancer, and leaves no database behind', async (_, when, code) => {
    const folder = temporaryFolder();
    const data = path.join(folder.path, 'data');
    const env = { ...TEST_SETTINGS, DATA_DIR: data, PRE_STOP_MS: '10000' };
    const program = new Program(await freePort(), folder, { env });
    const child = program.startWithoutWaiting();
    await expect.poll(() => when(data), { timeout: 10_000, interval: 10 }).toBe(true);
    child.signal('SIGTERM');
    const [ended, took] = await timed(child.waitForExit(20_000));
    expect([ended, took < 9_000]).toEqual([code, true]);
    expect(existsSync(path.join(data, 'postgres/postmaster.pid'))).toBe(false);
    await program.dispose();
  });
});

it('LD-08 200 requests a second from the moment it is ready: no 5xx; LD-11 then SIGINT ends it without a pause', async () => {
  const [, fresh] = pair();
  await fresh.start();
  const paths = ['/problems', '/v1/customers/me', '/v1/registrations/mine', '/health/ready'];
  const expected = [200, 401, 401, 200];
  const call = async (n: number): Promise<string> => {
    if (n % 10 === 0) return registerAndSignIn(fresh.url, deployment);
    const { status } = await fresh.request('GET', paths[n % 4] ?? '');
    return status === expected[n % 4] ? 'as expected' : `${status} ${paths[n % 4]}`;
  };
  const {
    'walk 200 200': walks = 0,
    'as expected': reads = 0,
    ...others
  } = countValues(await runConstantLoad(200, sleep(1_500), call));
  expect(others).toEqual({});
  expect([walks >= 29, reads >= 260]).toEqual([true, true]);
  const [code, took] = await timed(fresh.stop('SIGINT'));
  expect([code, took < 3_000]).toEqual([0, true]);
}, 30_000);
