const COST_10_MS = 45;
const SAMPLE_WEIGHT = 0.1;
const MAX_SAMPLE_MS = 2000;

/** How long one hash takes here: a moving average that starts from the bcrypt cost (cost 10 takes 45 ms, each step doubles). */
export class HashDurationEstimate {
  #ms: number;

  constructor(cost: number) {
    this.#ms = COST_10_MS * 2 ** (cost - 10);
  }

  /** Takes in one measured hash. A machine that slept in the middle of one must not close the queue for minutes. */
  addSample(ms: number): void {
    this.#ms += SAMPLE_WEIGHT * (Math.min(ms, MAX_SAMPLE_MS) - this.#ms);
  }

  /** Seconds that so many hashes take on so many threads. */
  estimateSeconds(hashes: number, threads: number): number {
    return (hashes * this.#ms) / threads / 1000;
  }
}
