import { expect } from 'vitest';
import type { Program } from '../support/program.js';

const PRELOAD = new URL('./crash-points.mjs', import.meta.url).href;
const KILLED = 137;

/** Starts it again as a process that dies at this point, as if it were killed there. */
export async function willCrash(program: Program, point: string): Promise<void> {
  await program.kill();
  await program.restart({ CRASH_AT: point, NODE_OPTIONS: `--import=${PRELOAD}` });
}

/** Waits for that, and fails if it does not happen or if it ends in another way. */
export async function hasCrashed(program: Program): Promise<void> {
  await expect.poll(() => program.running, { timeout: 10_000, interval: 10 }).toBe(false);
  expect(await program.stop()).toBe(KILLED);
}

export const startAgain = (program: Program): Promise<void> => program.restart({ CRASH_AT: '' });
