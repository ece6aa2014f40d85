import { Injectable } from '@nestjs/common';
import { Clock, Counters, type DomainError, Unavailable } from '#kernel';
import { LIMITS, Settings } from '#platform/config';
import { InMemoryCounters } from './in-memory-counters.js';
import type { Counted } from './source-limits.js';

export type CustomerLimit = 'ownWrites' | 'exportsPerCustomer';

/** What a caller is told who is refused. */
type Refusal = (retryAfterSeconds: number) => DomainError;

const UNCOUNTED: Counted = { giveBack: async () => undefined };

/**
 * Limits per customer, over all replicas. While the store of the counts is away each process counts by itself, half as many, so
 * that customers can go on with their own record.
 */
@Injectable()
export class CustomerLimits {
  readonly #here: Counters;

  constructor(
    private readonly counters: Counters,
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.#here = new InMemoryCounters(clock);
  }

  /**
   * Counts one, before it is done: no burst goes beyond it.
   * @throws what `refusal` makes
   */
  async count(limit: CustomerLimit, customerId: string, refusal: Refusal): Promise<Counted> {
    const most = this.settings.limits[limit];
    if (most === null) return UNCOUNTED;
    return this.#take(`{${customerId}}:${limit}`, most, LIMITS[limit].windowSeconds * 1000, refusal);
  }

  /**
   * One at a time: whoever comes before it was given back is refused. A process that dies meanwhile holds it for `mostMs`.
   * @throws what `refusal` makes
   */
  async hold(what: string, customerId: string, mostMs: number, refusal: Refusal): Promise<Counted> {
    return this.#take(`{${customerId}}:${what}`, 1, mostMs, refusal);
  }

  async #take(key: string, most: number, windowMs: number, refusal: Refusal): Promise<Counted> {
    const from = async (counters: Counters, allowed: number): Promise<Counted> => {
      const taken = await counters.take(key, [{ most: allowed, windowMs }]);
      if (!taken.allowed) throw refusal(taken.retryAfterSeconds);
      return { giveBack: () => counters.giveBack(key, taken.ticket) };
    };
    return from(this.counters, most).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      return from(this.#here, Math.ceil(most / 2));
    });
  }
}
