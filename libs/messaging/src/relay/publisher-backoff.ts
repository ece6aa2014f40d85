import { randomInt } from 'node:crypto';

const INITIAL_DELAY_MS = 250;
/** From the third failure on there is at most one try a second. */
const MIN_DELAY_MS = 1_000;
/** So the first event goes out at most five seconds after the trouble is over. */
const MAX_DELAY_MS = 4_000;
const MAX_RETRY_DELAY_MS = 5_000;
const FAST_RETRIES = 2;

/**
 * How long a publisher in trouble is left alone. It is in trouble when it is away, or when nothing went through since two
 * aggregates failed: one alone may be to blame itself, and nobody waits for it. Waits are random, so that replicas do not
 * come back at the same moment, and short at first, as most trouble is.
 */
export class PublisherBackoff {
  readonly #failedAggregates = new Set<string>();
  #failures = 0;
  #until = 0;

  /** One aggregate at a time is tried until one goes through. */
  get isBackingOff(): boolean {
    return this.#failures > 0;
  }

  /** Milliseconds. */
  get remainingMs(): number {
    return Math.max(0, this.#until - performance.now());
  }

  recordUnavailable(): void {
    const failures = ++this.#failures;
    const pause =
      failures > FAST_RETRIES ? randomInt(MIN_DELAY_MS, MAX_DELAY_MS) : randomInt(1, INITIAL_DELAY_MS * failures);
    this.#until = performance.now() + pause;
  }

  recordFailure(aggregate: string): void {
    this.#failedAggregates.add(aggregate);
    // Those that fail together count once.
    if ((this.#failedAggregates.size > 1 || this.isBackingOff) && this.remainingMs === 0) this.recordUnavailable();
  }

  recordSuccess(): void {
    this.#failedAggregates.clear();
    [this.#failures, this.#until] = [0, 0];
  }
}

/** Milliseconds until an event that was tried so often is tried again. */
export function retryDelayMs(attempts: number): number {
  const maxDelay = Math.min(MAX_RETRY_DELAY_MS, INITIAL_DELAY_MS * 2 ** Math.min(attempts, 8));
  return randomInt(attempts > FAST_RETRIES ? MIN_DELAY_MS : 1, maxDelay);
}
