import { Injectable } from '@nestjs/common';
import { Clock, Counters, DomainError, Unavailable } from '#kernel';
import { isWithin, LIMITS, type LimitName, Settings } from '#platform/config';
import { sourcePrefix } from '#platform/http';
import { InMemoryCounters } from './in-memory-counters.js';

/** One source does too much of something; others are not touched. */
export class SourceLimited extends DomainError {
  readonly code = 'request.too_many';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('There were too many requests from your network. Please wait.');
  }
}

type SourceLimit = Extract<LimitName, `${string}PerSource`>;

/** What was counted; given back when it turns out not to count. */
export interface Counted {
  giveBack(): Promise<void>;
}

const UNCOUNTED: Counted = { giveBack: async () => undefined };

/** Limits per source prefix. A trusted source (a kiosk, an office) has none; limits of identifiers hold for it all the same. */
@Injectable()
export class SourceLimits {
  readonly #isTrusted: (address: string) => boolean;
  readonly #here: Counters;

  constructor(
    private readonly counters: Counters,
    private readonly settings: Settings,
    clock: Clock,
  ) {
    this.#here = new InMemoryCounters(clock);
    this.#isTrusted = isWithin(settings.trustedSources);
  }

  sourceOf(address: string): { readonly prefix: string; readonly trusted: boolean } {
    return { prefix: sourcePrefix(address), trusted: this.#isTrusted(address) };
  }

  /**
   * Refuses whoever has used it up, and counts nothing: for what is known to count only when it has been done. Calls at the
   * same moment may go beyond it by their number.
   * @throws SourceLimited
   */
  async refuseExhausted(limit: SourceLimit, address: string): Promise<void> {
    const most = this.settings.limits[limit];
    const { windowSeconds = 0 } = LIMITS[limit] as { readonly windowSeconds?: number };
    if (most === null || this.#isTrusted(address)) return;
    const counted = await this.counters.count(`{src:${sourcePrefix(address)}}:${limit}`, windowSeconds * 1000);
    if (counted >= most) throw new SourceLimited(60);
  }

  /**
   * Counts one. Counted before it is done, so that no burst is let through.
   * @param whenAway what to do when the counts cannot be reached: `refuse` with 503, or count half as many in this process
   * @throws SourceLimited
   */
  async count(limit: SourceLimit, address: string, whenAway: 'refuse' | 'count here' = 'refuse'): Promise<Counted> {
    const most = this.settings.limits[limit];
    const { windowSeconds } = LIMITS[limit] as { readonly windowSeconds?: number };
    if (most === null || windowSeconds === undefined || this.#isTrusted(address)) return UNCOUNTED;
    const key = `{src:${sourcePrefix(address)}}:${limit}`;
    const windowMs = windowSeconds * 1000;
    let kept: Counters = this.counters;
    const taken = await this.counters.take(key, [{ most, windowMs }]).catch((error: unknown) => {
      if (whenAway === 'refuse' || !(error instanceof Unavailable)) throw error;
      kept = this.#here;
      return this.#here.take(key, [{ most: Math.ceil(most / 2), windowMs }]);
    });
    if (!taken.allowed) throw new SourceLimited(taken.retryAfterSeconds);
    return { giveBack: () => kept.giveBack(key, taken.ticket) };
  }
}
