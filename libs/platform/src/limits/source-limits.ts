import { Injectable } from '@nestjs/common';
import { Counters, DomainError } from '#kernel';
import { LIMITS, type LimitName } from '../config/limits.js';
import { isWithin } from '../config/networks.js';
import { Settings } from '../config/settings.js';
import { sourcePrefix } from '../http/source.js';

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

  constructor(
    private readonly counters: Counters,
    private readonly settings: Settings,
  ) {
    this.#isTrusted = isWithin(settings.trustedSources);
  }

  sourceOf(address: string): { readonly prefix: string; readonly trusted: boolean } {
    return { prefix: sourcePrefix(address), trusted: this.#isTrusted(address) };
  }

  /**
   * Counts one. Counted before it is done, so that no burst is let through.
   * @throws SourceLimited
   */
  async count(limit: SourceLimit, address: string): Promise<Counted> {
    const most = this.settings.limits[limit];
    const { windowSeconds } = LIMITS[limit] as { readonly windowSeconds?: number };
    if (most === null || windowSeconds === undefined || this.#isTrusted(address)) return UNCOUNTED;
    const key = `{src:${sourcePrefix(address)}}:${limit}`;
    const taken = await this.counters.take(key, [{ most, windowMs: windowSeconds * 1000 }]);
    if (!taken.allowed) throw new SourceLimited(taken.retryAfterSeconds);
    return { giveBack: () => this.counters.giveBack(key, taken.ticket) };
  }
}
