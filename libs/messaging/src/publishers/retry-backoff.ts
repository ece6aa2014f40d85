import { randomInt } from 'node:crypto';

const INITIAL_DELAY_MS = 250;
/** Short, because the relay backs off for longer. This limit covers calls in between. */
const MAX_DELAY_MS = 1_000;

/**
 * Blocks attempts for a random time after a failure. The time grows with consecutive failures. Full jitter, so that replicas
 * do not retry at the same moment.
 */
export class RetryBackoff {
  #failures = 0;
  #until = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Concurrent failures share one delay.
   * @returns the delay in ms, at least `atLeastMs`
   */
  recordFailure(atLeastMs = 0): number {
    const remaining = this.#until - this.now();
    if (remaining > atLeastMs) return Math.ceil(remaining);
    const maxDelay = Math.min(MAX_DELAY_MS, INITIAL_DELAY_MS * 2 ** Math.min(this.#failures++, 8));
    const delay = Math.max(atLeastMs, randomInt(1, maxDelay));
    this.#until = this.now() + delay;
    return delay;
  }

  /** Call it after a success: the next delay is short again. */
  reset(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  /** @throws Error during the delay */
  throwIfActive(): void {
    if (this.now() < this.#until) throw new Error('unavailable: waiting before the next attempt');
  }
}
