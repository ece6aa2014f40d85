import { randomInt } from 'node:crypto';

const INITIAL_DELAY_MS = 250;
/** Short: the relay leaves a publisher in trouble alone for longer. This is for those who come in between. */
const MAX_DELAY_MS = 1_000;

/**
 * After a failure nothing is tried for a random time, which grows with every failure in a row: full jitter, so that
 * replicas do not come back at the same moment.
 */
export class RetryBackoff {
  #failures = 0;
  #until = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Those who fail side by side begin it together.
   * @returns its length in ms, at least `atLeastMs`
   */
  recordFailure(atLeastMs = 0): number {
    const remaining = this.#until - this.now();
    if (remaining > atLeastMs) return Math.ceil(remaining);
    const maxDelay = Math.min(MAX_DELAY_MS, INITIAL_DELAY_MS * 2 ** Math.min(this.#failures++, 8));
    const delay = Math.max(atLeastMs, randomInt(1, maxDelay));
    this.#until = this.now() + delay;
    return delay;
  }

  /** Something went well: the next one is short. */
  reset(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  /** @throws Error while it lasts */
  throwIfActive(): void {
    if (this.now() < this.#until) throw new Error('the other side is away');
  }
}
