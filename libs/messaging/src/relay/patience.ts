import { randomInt } from 'node:crypto';

const FIRST_MS = 250;
/** From the third failure on there is at most one try a second. */
const LEAST_MS = 1_000;
/** So the first event goes out at most five seconds after the trouble is over. */
const LONGEST_MS = 4_000;
const LONGEST_RETRY_MS = 5_000;
const EAGER = 2;

/**
 * How long a publisher in trouble is left alone. It is in trouble when it is away, or when nothing went through since two
 * aggregates failed: one alone may be to blame itself, and nobody waits for it. Waits are random, so that replicas do not
 * come back at the same moment, and short at first, as most trouble is.
 */
export class Patience {
  readonly #failed = new Set<string>();
  #failures = 0;
  #until = 0;

  /** One aggregate at a time is tried until one goes through. */
  get inTrouble(): boolean {
    return this.#failures > 0;
  }

  /** Milliseconds. */
  get left(): number {
    return Math.max(0, this.#until - performance.now());
  }

  away(): void {
    const failures = ++this.#failures;
    const pause = failures > EAGER ? randomInt(LEAST_MS, LONGEST_MS) : randomInt(1, FIRST_MS * failures);
    this.#until = performance.now() + pause;
  }

  failed(aggregate: string): void {
    this.#failed.add(aggregate);
    // Those that fail together count once.
    if ((this.#failed.size > 1 || this.inTrouble) && this.left === 0) this.away();
  }

  succeeded(): void {
    this.#failed.clear();
    [this.#failures, this.#until] = [0, 0];
  }
}

/** Milliseconds until an event that was tried so often is tried again. */
export function retryAfter(attempts: number): number {
  const most = Math.min(LONGEST_RETRY_MS, FIRST_MS * 2 ** Math.min(attempts, 8));
  return randomInt(attempts > EAGER ? LEAST_MS : 1, most);
}
