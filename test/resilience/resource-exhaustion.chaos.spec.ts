import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../support/http-message.js';
import { findBrokenInvariants } from '../support/invariant-checks.js';
import { type Program, startProgram } from '../support/program.js';
import { randomCredentials } from '../support/registration-requests.js';
import { reapOnExit } from '../support/resource-reaper.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { countValues, runConstantLoad } from './constant-load.js';
import { registerAndSignIn } from './rolling-restart.js';

const FLOOD_MS = 20_000;
const BUSY_MS = 8_000;
const HEAP_MB = 128;

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all', 'all'], env: { TRUSTED_SOURCES: '127.0.0.0/8' } });
}, 60_000);
afterAll(() => deployment?.close());

const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** Whatever a stranger can send that costs memory: attempts, big bodies, passwords to be hashed. */
const floods = (url: string): (() => Promise<number>)[] => {
  const status = async (path: string, json: object) => (await send(url + path, 'POST', { json })).status;
  const big = 'x'.repeat(15_000);
  return [
    () => status('/v1/registrations', randomCredentials()),
    () =>
      status('/v1/registrations', { ...randomCredentials(), firstName: 'é'.repeat(150), lastName: '漢'.repeat(90) }),
    () => status('/v1/registrations', { ...randomCredentials(), firstName: big }),
    () => status('/v1/auth/login', { username: `${big.slice(0, 50)}@example.org`, password: big.slice(0, 100) }),
    async () =>
      (await send(`${url}/v1/registrations/mine`, 'GET', { basic: ['a@example.org', big.slice(0, 400)] })).status,
  ];
};

it('FM-H2 a flood on a heap of 128 MiB: refused or served, bounded, and afterwards as before', async () => {
  const small: Program = await startProgram({
    env: { ...deployment.env, NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`, BCRYPT_COST: '10' },
  });
  const { pid } = small;
  const [statuses, resident] = [new Map<number, number>(), [residentMb(pid)]];
  const watch = setInterval(() => resident.push(residentMb(pid)), 250);
  const end = performance.now() + FLOOD_MS;
  const calls = floods(small.url);
  const visitors = Array.from({ length: 300 }, async (_, n) => {
    for (let turn = n; performance.now() < end; turn++) {
      const status = await (calls[turn % calls.length] as () => Promise<number>)();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  });
  await Promise.all(visitors);
  clearInterval(watch);
  const odd = [...statuses.keys()].filter((status) => ![201, 401, 422, 429, 503].includes(status));
  expect(odd, JSON.stringify([...statuses])).toEqual([]);
  expect(Math.max(...resident), `MiB: ${resident.map(Math.round).join(' ')}`).toBeLessThan(2.5 * HEAP_MB);
  expect([small.running, small.pid]).toEqual([true, pid]);
  await expect
    .poll(() => registerAndSignIn(small.url, deployment).catch(String), { timeout: 15_000 })
    .toBe('walk 200 200');
  await small.restart({ PRE_STOP_MS: '0' });
  expect(await registerAndSignIn(small.url, deployment)).toBe('walk 200 200');
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
  await small.dispose();
}, 120_000);

it('FM-H5 every core is busy with something else: slower, alive, and nobody is lost', async () => {
  const hogs = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for(;;);'], { detached: true, stdio: 'ignore' }),
  );
  const guards = hogs.map(({ pid }) => reapOnExit(pid === undefined ? {} : { group: pid }));
  const waits: number[] = [];
  const look = async (url: string): Promise<string> => {
    const asked = performance.now();
    const { status } = await send(`${url}/health/live`, 'GET');
    waits.push(performance.now() - asked);
    return `live ${status}`;
  };
  const call = (n: number): Promise<string> => {
    const url = deployment.urls[n % 2] ?? '';
    return n % 4 === 0 ? registerAndSignIn(url, deployment) : look(url);
  };
  const outcomes = await runConstantLoad(20, sleep(BUSY_MS), call);
  await Promise.all(guards.map((each) => each.end()));
  const { 'walk 200 200': walks = 0, 'live 200': alive = 0, ...others } = countValues(outcomes);
  expect(others).toEqual({});
  expect([walks, alive].every((count) => count > 20)).toBe(true);
  expect(Math.max(...waits), 'as long as an orchestrator waits by default').toBeLessThan(1_000);
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
}, 60_000);
