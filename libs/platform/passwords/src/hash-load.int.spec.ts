import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, expect, it } from 'vitest';
import { HashingBusy, type HashTicket } from '#kernel';
import { BcryptPasswordHasher } from './bcrypt-password-hasher.js';
import { HashPool } from './hash-pool.js';
import { compileHashWorker } from './testing/compiled-hash-worker.js';

// The pool expects cost 13, 360 ms, and queues 5 of those; hashes of cost 11 keep the test at half a second.
const ACCEPTED = 1 + 5;
const pool = new HashPool({ cost: 13, threads: 1, workerUrl: compileHashWorker() });
const hasher = new BcryptPasswordHasher(pool, 11);
afterAll(() => pool.close());

/** Each job from its own source. */
const login = (n: number): HashTicket => ({ priority: 'login', source: `source ${n}`, customerId: null });

it('serves some of a flood of logins, rejects the rest and keeps the event loop free', async () => {
  const before = performance.eventLoopUtilization();
  const outcomes = await Promise.allSettled(times(200, (n) => hasher.verifyDummy('p'.repeat(64), login(n))));
  const { utilization } = performance.eventLoopUtilization(before);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(200 - ACCEPTED);
  expect(refused.every(({ reason }) => reason instanceof HashingBusy)).toBe(true);
  expect(utilization).toBeLessThan(0.3);
});

it('keeps the event loop delay below one hash', async () => {
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  await Promise.all(times(ACCEPTED, (n) => hasher.verifyDummy('p'.repeat(64), login(n))));
  loop.disable();
  expect(loop.percentile(90) / 1e6, 'milliseconds').toBeLessThan(50);
});

it.runIf(process.platform === 'linux')('lowers the priority of its threads and not of the process', async () => {
  await hasher.verifyDummy('p'.repeat(64), login(0));
  const lowered = readdirSync('/proc/self/task').filter((task) => niceness(task) === 19);
  expect(lowered).toHaveLength(pool.threads);
  expect(getPriority()).toBeLessThan(19);
});

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** Field 19 of proc_pid_stat(5), counted from behind the name, which may hold spaces. */
function niceness(task: string): number {
  const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
}
