import { randomInt } from 'node:crypto';
import type { Log } from '#platform';
import type { Bell } from './bell.js';

const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_MS = 60_000;

/** Why it is no longer listened, when nothing was lost. */
export const STOPPED = new Error('stopped');

/**
 * Listens again, after a pause, each time the connection is lost, until it is stopped.
 * @param listen one connection, from opening it until it is lost or no longer wanted; resolves to the reason
 */
export async function keepListening(
  queue: string,
  stopped: Bell,
  log: Log,
  listen: () => Promise<Error>,
): Promise<void> {
  for (let failures = 0; !stopped.rung; failures++) {
    const begun = performance.now();
    const reason = await listen().catch((error: unknown) => error as Error);
    if (stopped.rung) return;
    if (performance.now() - begun > HEALTHY_MS) failures = 0;
    const pause = fullJitter(failures);
    log.warn({ queue, reason: reason.message || String(reason), pause }, 'a queue is not listened to');
    await stopped.within(pause);
  }
}

/** Milliseconds. Replicas do not come back at the same moment. */
export const fullJitter = (failures: number): number =>
  randomInt(1, Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(failures, 10)));
