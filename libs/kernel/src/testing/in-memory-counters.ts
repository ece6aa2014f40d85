import { type Allowance, type Clock, Counters, type ReservationResult } from '../index.js';

/** Sliding-window counters in memory. */
export class InMemoryCounters extends Counters {
  readonly #moments = new Map<string, number[]>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async reserve(key: string, allowances: readonly Allowance[]): Promise<ReservationResult> {
    for (const { max, windowMs } of allowances) {
      const isUsedUp = max !== null && (await this.count(key, windowMs)) >= max;
      if (isUsedUp) return { allowed: false, retryAfterSeconds: windowMs / 1000 };
    }
    const at = this.clock.now().getTime();
    this.#moments.set(key, [...(this.#moments.get(key) ?? []), at]);
    return { allowed: true, ticket: String(at) };
  }

  override async release(key: string, ticket: string): Promise<void> {
    const moments = this.#moments.get(key) ?? [];
    const at = moments.indexOf(Number(ticket));
    if (at >= 0) moments.splice(at, 1);
  }

  override async count(key: string, windowMs: number): Promise<number> {
    const since = this.clock.now().getTime() - windowMs;
    return (this.#moments.get(key) ?? []).filter((at) => at > since).length;
  }
}
