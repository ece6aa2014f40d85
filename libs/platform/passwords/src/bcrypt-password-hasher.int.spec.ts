import { afterAll, expect, it } from 'vitest';
import type { HashTicket } from '#kernel';
import { BcryptPasswordHasher } from './bcrypt-password-hasher.js';
import { HashPool } from './hash-pool.js';
import { HashThread } from './hash-thread.js';
import { passwordHasherContract } from './password-hasher.contract.js';
import { compileHashWorker } from './testing/compiled-hash-worker.js';

const PRE_HASH = 'p'.repeat(64);
const LOGIN: HashTicket = { priority: 'login', source: '192.0.2.1', customerId: null };
const ACTIVATION: HashTicket = { ...LOGIN, priority: 'activation' };
const workerUrl = compileHashWorker();
const pool = new HashPool({ cost: 4, threads: 1, workerUrl });
afterAll(() => pool.close());

passwordHasherContract('BcryptPasswordHasher', (cost) => new BcryptPasswordHasher(pool, cost));

it('spends the same time on an unknown customer as on a known one', async () => {
  const hasher = new BcryptPasswordHasher(pool, 9);
  const hash = await hasher.hash(PRE_HASH, ACTIVATION);
  const knownTimes: number[] = [];
  const unknownTimes: number[] = [];
  for (let n = 0; n < 9; n++) {
    knownTimes.push(await cpuTime(() => hasher.verify('x'.repeat(64), hash, LOGIN)));
    unknownTimes.push(await cpuTime(() => hasher.verifyDummy('x'.repeat(64), LOGIN)));
  }
  const ratio = Math.min(...unknownTimes) / Math.min(...knownTimes);
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
});

it('measures a hash on its thread, without the start of the thread', async () => {
  const thread = HashThread.start(workerUrl, () => undefined);
  const start = performance.now();
  const { ms } = await thread.run({ op: 'hash', preHash: PRE_HASH, cost: 8 });
  thread.stop();
  expect(ms).toBeGreaterThan(2);
  expect(ms).toBeLessThan(performance.now() - start);
});

it('does not hash for a client that has disconnected', async () => {
  const gone = AbortSignal.abort(new Error('gone'));
  const hasher = new BcryptPasswordHasher(pool, 4);
  await expect(hasher.hash(PRE_HASH, ACTIVATION, gone)).rejects.toThrow('gone');
  await expect(hasher.verify(PRE_HASH, '', LOGIN, gone)).rejects.toThrow('gone');
  await expect(hasher.verifyDummy(PRE_HASH, LOGIN, gone)).rejects.toThrow('gone');
});

/** CPU time of all threads in microseconds: unlike elapsed time, it hardly depends on the load of the machine. */
async function cpuTime(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
