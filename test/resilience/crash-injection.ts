import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Program } from '../support/program.js';

const PRELOAD_URL = new URL('./crash-points.mjs', import.meta.url).href;
const SIGKILL_EXIT_CODE = 137;

/**
 * From now on it dies at this point, as if it were killed there. Only the first time it is started again for that: a start
 * costs seconds, and a process that has been at work for a while is nearer to what happens to people.
 */
export async function crashAt(program: Program, point: string): Promise<void> {
  const file = path.resolve(program.env['DATA_DIR'] ?? '', '../crash-at');
  if (!program.running || program.env['CRASH_AT'] !== file) {
    await program.kill();
    await program.restart({ CRASH_AT: file, NODE_OPTIONS: `--import=${PRELOAD_URL}` });
  }
  const order = `${point} ${randomUUID()}`;
  await writeFile(file, order);
  process.kill(program.pid, 'SIGUSR2');
  await program.waitForOutput(`will crash at ${order}`, 5_000);
}

/** Waits for that, and fails if it does not happen or if it ends in another way. */
export async function waitForCrash(program: Program): Promise<void> {
  await expect.poll(() => program.running, { timeout: 10_000, interval: 10 }).toBe(false);
  expect(await program.stop()).toBe(SIGKILL_EXIT_CODE);
}
