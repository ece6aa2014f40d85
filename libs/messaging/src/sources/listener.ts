import { randomInt } from 'node:crypto';
import type { Log } from '#platform/observability';
import { Bell } from './bell.js';
import type { Subscription } from './event-source.js';

const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_MS = 60_000;

/** Why it is no longer listened, when nothing was lost. */
export const STOPPED = new Error('stopped');

/** One subscription, from its beginning to its end, over all the connections that it takes. */
export abstract class Listener {
  protected readonly stopped = new Bell();
  #running: Promise<void> | undefined;

  constructor(
    protected readonly subscription: Subscription,
    protected readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#keepListening();
  }

  /** Resolves when what was being handled is finished, or was given up. */
  async stop(): Promise<void> {
    this.stopped.ring();
    await this.#running;
  }

  /** One connection, from opening it until it is lost or no longer wanted; resolves to the reason. */
  protected abstract listen(): Promise<Error>;

  /** Again, after a pause, each time the connection is lost. */
  async #keepListening(): Promise<void> {
    const { queue } = this.subscription;
    for (let failures = 0; !this.stopped.rung; failures++) {
      const begun = performance.now();
      const reason = await this.listen().catch((error: unknown) => error as Error);
      if (this.stopped.rung) return;
      if (performance.now() - begun > HEALTHY_MS) failures = 0;
      const pause = fullJitter(failures);
      this.log.warn({ queue, reason: reason.message || String(reason), pause }, 'a queue is not listened to');
      await this.stopped.within(pause);
    }
  }
}

/** Milliseconds. Replicas do not come back at the same moment. */
export const fullJitter = (failures: number): number =>
  randomInt(1, Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** Math.min(failures, 10)));
