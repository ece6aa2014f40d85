import { randomInt } from 'node:crypto';
import type { Log } from '#platform/observability';
import type { Subscription } from './event-source.js';
import { OneShotSignal } from './one-shot-signal.js';

const MIN_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 30_000;
const BACKOFF_RESET_MS = 60_000;

/** The reason for the end of `listenOnce` after `stop`. */
export const STOPPED = new Error('stopped');

/** Runs one subscription and reconnects until it is stopped. */
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

  /** Resolves when messages being handled are finished or have timed out. */
  async stop(): Promise<void> {
    this.stopped.fire();
    await this.#running;
  }

  /** Runs one connection until it is lost or the listener stops. Resolves to the reason. */
  protected abstract listenOnce(): Promise<Error>;

  /** Reconnects after a delay each time the connection is lost. */
  async #listenUntilStopped(): Promise<void> {
    const { queue } = this.subscription;
    for (let failures = 0; !this.stopped.hasFired; failures++) {
      const startedAt = performance.now();
      const reason = await this.listenOnce().catch((error: unknown) => error as Error);
      if (this.stopped.hasFired) return;
      if (performance.now() - startedAt > BACKOFF_RESET_MS) failures = 0;
      const pause = fullJitterDelayMs(failures);
      this.log.warn(
        { queue, reason: reason.message || String(reason), pause },
        'cannot listen to a queue: reconnecting after a pause',
      );
      await this.stopped.waitAtMost(pause);
    }
  }
}

/** Full jitter, so that replicas do not reconnect at the same moment. */
export const fullJitterDelayMs = (failures: number): number =>
  randomInt(1, Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** Math.min(failures, 10)));
