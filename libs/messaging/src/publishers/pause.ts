import { randomInt } from 'node:crypto';

const FIRST_MS = 250;
/** Short: the relay leaves a publisher in trouble alone for longer. This is for those who come in between. */
const LONGEST_MS = 1_000;

/**
 * After a failure nothing is tried for a random time, which grows with every failure in a row: full jitter, so that
 * replicas do not come back at the same moment.
 */
export class Pause {
  #failures = 0;
  #until = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Those who fail side by side begin it together.
   * @returns its length in ms, at least `atLeastMs`
   */
  begin(atLeastMs = 0): number {
    const left = this.#until - this.now();
    if (left > atLeastMs) return Math.ceil(left);
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#failures++, 8));
    const length = Math.max(atLeastMs, randomInt(1, longest));
    this.#until = this.now() + length;
    return length;
  }

  /** Something went well: the next one is short. */
  end(): void {
    this.#failures = 0;
    this.#until = 0;
  }

  /** @throws Error while it lasts */
  refuse(): void {
    if (this.now() < this.#until) throw new Error('the other side is away');
  }
}
