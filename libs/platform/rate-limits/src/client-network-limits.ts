import { Injectable } from '@nestjs/common';
import { Clock, Counters, DomainError, Unavailable } from '#kernel';
import { createNetworkMatcher, LIMITS, type LimitName, Settings } from '#platform/config';
import { clientNetworkOf } from '#platform/http';
import { InMemoryCounters } from './in-memory-counters.js';

/** One source exceeded a limit; other sources are unaffected. */
export class ClientNetworkRateLimited extends DomainError {
  readonly code = 'request.too_many';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('There were too many requests from your network. Please wait.');
  }
}

type ClientNetworkLimit = Extract<LimitName, `${string}PerSource`>;

/** A counted use, which can be released when it turns out not to count. */
export interface RateLimitReservation {
  release(): Promise<void>;
}

const UNLIMITED: RateLimitReservation = { release: async () => undefined };

/** Limits per source prefix. Trusted sources (a kiosk, an office) are exempt, but limits per identifier still apply to them. */
@Injectable()
export class ClientNetworkLimits {
  readonly #isTrusted: (address: string) => boolean;
  readonly #localCounters: Counters;

  constructor(
    private readonly counters: Counters,
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.#localCounters = new InMemoryCounters(clock);
    this.#isTrusted = createNetworkMatcher(settings.trustedSources);
  }

  resolveClientNetwork(address: string): { readonly prefix: string; readonly trusted: boolean } {
    return { prefix: clientNetworkOf(address), trusted: this.#isTrusted(address) };
  }

  /**
   * Rejects a source that has used up its limit, without counting: for uses that count only after the work. Concurrent calls
   * may exceed the limit by their number.
   * @throws ClientNetworkRateLimited
   */
  async assertNotExhausted(limit: ClientNetworkLimit, address: string): Promise<void> {
    const max = this.settings.limits[limit];
    const { windowSeconds = 0 } = LIMITS[limit] as { readonly windowSeconds?: number };
    if (max === null || this.#isTrusted(address)) return;
    const counted = await this.counters.count(`{src:${clientNetworkOf(address)}}:${limit}`, windowSeconds * 1000);
    if (counted >= max) throw new ClientNetworkRateLimited(60);
  }

  /**
   * Counts one use before the work, so that no burst exceeds the limit.
   * @param whenUnavailable what to do when the store is unavailable: `refuse` with 503, or count half as many in this process
   * @throws ClientNetworkRateLimited
   */
  async reserve(
    limit: ClientNetworkLimit,
    address: string,
    whenUnavailable: 'refuse' | 'count here' = 'refuse',
  ): Promise<RateLimitReservation> {
    const max = this.settings.limits[limit];
    const { windowSeconds } = LIMITS[limit] as { readonly windowSeconds?: number };
    if (max === null || windowSeconds === undefined || this.#isTrusted(address)) return UNLIMITED;
    const key = `{src:${clientNetworkOf(address)}}:${limit}`;
    const windowMs = windowSeconds * 1000;
    let activeCounters: Counters = this.counters;
    const taken = await this.counters.reserve(key, [{ max, windowMs }]).catch((error: unknown) => {
      if (whenUnavailable === 'refuse' || !(error instanceof Unavailable)) throw error;
      activeCounters = this.#localCounters;
      return this.#localCounters.reserve(key, [{ max: Math.ceil(max / 2), windowMs }]);
    });
    if (!taken.allowed) throw new ClientNetworkRateLimited(taken.retryAfterSeconds);
    return { release: () => activeCounters.release(key, taken.ticket) };
  }
}
