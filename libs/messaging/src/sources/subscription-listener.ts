import { randomInt } from 'node:crypto';
import type { Log } from '#platform/observability';
import type { Subscription } from './event-source.js';
import { OneShotSignal } from './one-shot-signal.js';

const MIN_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
const BACKOFF_RESET_MS = 60_000;

/** Why it is no longer listened, when nothing was lost. */
export const STOPPED = new Error('stopped');

/** One subscription, from its beginning to its end, over all the connections that it takes. */
export abstract class SubscriptionListener {
  protected readonly stopped = new OneShotSignal();
  #running: Promise<void> | undefined;

  constructor(
    protected readonly subscription: Subscription,
    protected readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#listenUntilStopped();
  }

  /** Resolves when what was being handled is finished, or was given up. */
  async stop(): Promise<void> {
    this.stopped.fire();
    await this.#running;
  }

  /** One connection, from opening it until it is lost or no longer wanted; resolves to the reason. */
  protected abstract listenOnce(): Promise<Error>;

  /** Again, after a pause, each time the connection is lost. */
  async #listenUntilStopped(): Promise<void> {
    const { queue } = this.subscription;
    for (let failures = 0; !this.stopped.hasFired; failures++) {
      const begun = performance.now();
      const reason = await this.listenOnce().catch((error: unknown) => error as Error);
      if (this.stopped.hasFired) return;
      if (performance.now() - begun > BACKOFF_RESET_MS) failures = 0;
      const pause = fullJitterDelayMs(failures);
      this.log.warn({ queue, reason: reason.message || String(reason), pause }, 'a queue is not listened to');
      await this.stopped.waitAtMost(pause);
    }
  }
}

/** Milliseconds. Replicas do not come back at the same moment. */
export const fullJitterDelayMs = (failures: number): number =>
  randomInt(1, Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures, 10)));
