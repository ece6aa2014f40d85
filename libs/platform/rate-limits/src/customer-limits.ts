import { Injectable } from '@nestjs/common';
import { Clock, Counters, type DomainError, Unavailable } from '#kernel';
import { LIMITS, Settings } from '#platform/config';
import type { RateLimitReservation } from './client-network-limits.js';
import { InMemoryCounters } from './in-memory-counters.js';

export type CustomerLimit = 'ownWrites' | 'exportsPerCustomer';

/** Creates the error for a rejected caller. */
type RateLimitErrorFactory = (retryAfterSeconds: number) => DomainError;

const UNLIMITED: RateLimitReservation = { release: async () => undefined };

/**
 * Limits per customer over all replicas. While the store is unavailable, each process counts by itself with half the limit, so
 * that customers can still edit their own record.
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
   * Counts one use before the work, so that no burst exceeds the limit.
   * @throws the error that `refusal` creates
   */
  async reserve(
    limit: CustomerLimit,
    customerId: string,
    refusal: RateLimitErrorFactory,
  ): Promise<RateLimitReservation> {
    const max = this.settings.limits[limit];
    if (max === null) return UNLIMITED;
    return this.#take(`{${customerId}}:${limit}`, max, LIMITS[limit].windowSeconds * 1000, refusal);
  }

  /**
   * Allows one use at a time: concurrent ones are rejected until it is released. If the process dies, the slot expires after
   * `maxHoldMs`.
   * @throws the error that `refusal` creates
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
    max: number,
    windowMs: number,
    refusal: RateLimitErrorFactory,
  ): Promise<RateLimitReservation> {
    const from = async (counters: Counters, allowed: number): Promise<RateLimitReservation> => {
      const taken = await counters.reserve(key, [{ max: allowed, windowMs }]);
      if (!taken.allowed) throw refusal(taken.retryAfterSeconds);
      return { release: () => counters.release(key, taken.ticket) };
    };
    return from(this.counters, max).catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      return from(this.#localCounters, Math.ceil(max / 2));
    });
  }
}
