const COST_10_MS = 45;
const SAMPLE_WEIGHT = 0.1;
const MAX_SAMPLE_MS = 2000;

/**
 * Estimates the duration of one hash: a moving average that starts from the bcrypt cost (cost 10 takes 45 ms, each step
 * doubles).
 */
export class HashDurationEstimate {
  #ms: number;

  constructor(cost: number) {
    this.#ms = COST_10_MS * 2 ** (cost - 10);
  }

  /** Adds a measurement. Outliers are capped: a machine that was suspended during a hash must not close the queue for minutes. */
  addSample(ms: number): void {
    this.#ms += SAMPLE_WEIGHT * (Math.min(ms, MAX_SAMPLE_MS) - this.#ms);
  }

  /** Seconds that the given number of hashes takes on the given number of threads. */
  estimateSeconds(hashes: number, threads: number): number {
    return (hashes * this.#ms) / threads / 1000;
  }
}
