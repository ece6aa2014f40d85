import { Injectable } from '@nestjs/common';
import { Clock, Counters, type DomainError, Unavailable } from '#kernel';
import { LIMITS, Settings } from '#platform/config';
import type { RateLimitReservation } from './client-network-limits.js';
import { InMemoryCounters } from './in-memory-counters.js';

export type CustomerLimit = 'ownWrites' | 'exportsPerCustomer';

/** What a caller is told who is refused. */
type RateLimitErrorFactory = (retryAfterSeconds: number) => DomainError;

const UNLIMITED: RateLimitReservation = { release: async () => undefined };

/**
 * Limits per customer, over all replicas. While the store of the counts is away each process counts by itself, half as many, so
 * that customers can go on with their own record.
 */
@Injectable()
export class CustomerLimits {
  readonly #localCounters: Counters;

  constructor(
    private readonly counters: Counters,
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.#localCounters = new InMemoryCounters(clock);
  }

  /**
   * Counts one, before it is done: no burst goes beyond it.
   * @throws what `refusal` makes
   */
  async reserve(
    limit: CustomerLimit,
    customerId: string,
    refusal: RateLimitErrorFactory,
  ): Promise<RateLimitReservation> {
    const most = this.settings.limits[limit];
    if (most === null) return UNLIMITED;
    return this.#take(`{${customerId}}:${limit}`, most, LIMITS[limit].windowSeconds * 1000, refusal);
  }

  /**
   * One at a time: whoever comes before it was given back is refused. A process that dies meanwhile holds it for `mostMs`.
   * @throws what `refusal` makes
   */
  async acquireExclusive(
    operation: string,
    customerId: string,
    maxHoldMs: number,
    refusal: RateLimitErrorFactory,
  ): Promise<RateLimitReservation> {
    return this.#take(`{${customerId}}:${operation}`, 1, maxHoldMs, refusal);
  }

  async #take(
    key: string,
    most: number,
    windowMs: number,
    refusal: RateLimitErrorFactory,
  ): Promise<RateLimitReservation> {
    const from = async (counters: Counters, allowed: number): Promise<RateLimitReservation> => {
      const taken = await counters.reserve(key, [{ max: allowed, windowMs }]);
      if (!taken.allowed) throw refusal(taken.retryAfterSeconds);
      return { release: () => counters.release(key, taken.ticket) };
    };
    return from(this.counters, most).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      return from(this.#localCounters, Math.ceil(most / 2));
    });
  }
}
