import { randomInt } from 'node:crypto';

const INITIAL_DELAY_MS = 250;
/** From the third failure on, there is at most one attempt per second. */
const MIN_DELAY_MS = 1_000;
/** The first event is published at most five seconds after the publisher has recovered. */
const MAX_DELAY_MS = 4_000;
const MAX_RETRY_DELAY_MS = 5_000;
const FAST_RETRIES = 2;

/**
 * Delays attempts on a failing publisher. A publisher is failing when it is unavailable, or when two aggregates have failed
 * without a success in between: a single failing aggregate may be the cause itself and delays no other. Delays are random,
 * so that replicas do not retry at the same moment, and short at first, because most failures are short.
 */
export class PublisherBackoff {
  readonly #failedAggregates = new Set<string>();
  #failures = 0;
  #until = 0;

  /** While true, the relay tries one aggregate at a time. */
  get isBackingOff(): boolean {
    return this.#failures > 0;
  }

  get remainingMs(): number {
    return Math.max(0, this.#until - performance.now());
  }

  recordUnavailable(): void {
    const failures = ++this.#failures;
    const delayMs =
      failures > FAST_RETRIES ? randomInt(MIN_DELAY_MS, MAX_DELAY_MS) : randomInt(1, INITIAL_DELAY_MS * failures);
    this.#until = performance.now() + delayMs;
  }

  recordFailure(aggregate: string): void {
    this.#failedAggregates.add(aggregate);
    // Concurrent failures count once.
    if ((this.#failedAggregates.size > 1 || this.isBackingOff) && this.remainingMs === 0) this.recordUnavailable();
  }

  recordSuccess(): void {
    this.#failedAggregates.clear();
    [this.#failures, this.#until] = [0, 0];
  }
}

/** The delay before an event with this number of attempts is retried. */
export function retryDelayMs(attempts: number): number {
  const maxDelay = Math.min(MAX_RETRY_DELAY_MS, INITIAL_DELAY_MS * 2 ** Math.min(attempts, 8));
  return randomInt(attempts > FAST_RETRIES ? MIN_DELAY_MS : 1, maxDelay);
}
