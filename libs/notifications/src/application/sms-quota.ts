import { Injectable } from '@nestjs/common';
import { Counters, hourly, Unavailable } from '#kernel';
import { SourceLimited } from '#platform/rate-limits';
import { MessageLimits, type RequestSource } from './limits.js';

/** Registrations and changes of identifiers may use so much of the SMS of a day; what is left is for those who have an account. */
const ORDINARY_SHARE = 0.8;
const EVERYBODY = '{sms}:sent';

/** `ordinary`: registrations and changes. `reserved`: resets, and notices to owners, may use the reserve, too. */
export type SmsUse = 'ordinary' | 'reserved';

export type SmsPermission =
  | { readonly allowed: true; giveBack(): Promise<void> }
  | { readonly allowed: false; readonly exhausted: 'source' | 'everybody'; readonly retryAfterSeconds: number };

/**
 * SMS cost money: so many a day for everybody, and a share of them for one source. They are charged when they are asked for,
 * whether or not one is sent: what is left tells nobody who is a customer.
 */
@Injectable()
export class SmsQuota {
  constructor(
    private readonly counters: Counters,
    private readonly limits: MessageLimits,
  ) {}

  /** @param source null: nobody asked for it from outside */
  async take(use: SmsUse, source: RequestSource | null): Promise<SmsPermission> {
    const refundSource = await this.#takeOfSource(source);
    if (typeof refundSource === 'number')
      return { allowed: false, exhausted: 'source', retryAfterSeconds: refundSource };
    const taken = await this.counters.take(EVERYBODY, hourly(this.#most(use))).catch(async (error: unknown) => {
      await refundSource().catch(() => undefined);
      throw error;
    });
    if (!taken.allowed) {
      await refundSource();
      return { allowed: false, exhausted: 'everybody', retryAfterSeconds: taken.retryAfterSeconds };
    }
    const giveBack = async (): Promise<void> => {
      await this.counters.giveBack(EVERYBODY, taken.ticket);
      await refundSource();
    };
    return { allowed: true, giveBack };
  }

  /**
   * @returns what gives it back
   * @throws SourceLimited when this source has used up its share
   * @throws Unavailable when no more SMS are sent for now
   */
  async demand(use: SmsUse, source: RequestSource): Promise<() => Promise<void>> {
    const permission = await this.take(use, source);
    if (permission.allowed) return permission.giveBack;
    const { exhausted, retryAfterSeconds } = permission;
    if (exhausted === 'source') throw new SourceLimited(retryAfterSeconds);
    throw new Unavailable('No more SMS can be sent for now.', retryAfterSeconds);
  }

  /** What gives it back, or the seconds after which there is more. */
  async #takeOfSource(source: RequestSource | null): Promise<(() => Promise<void>) | number> {
    if (!source || source.trusted || this.limits.smsPerSource === null) return async () => undefined;
    const key = `{src:${source.prefix}}:smsPerSource`;
    const taken = await this.counters.take(key, hourly(this.limits.smsPerSource));
    return taken.allowed ? () => this.counters.giveBack(key, taken.ticket) : taken.retryAfterSeconds;
  }

  #most(use: SmsUse): number | null {
    const { smsPerDay } = this.limits;
    return smsPerDay === null || use === 'reserved' ? smsPerDay : Math.ceil(smsPerDay * ORDINARY_SHARE);
  }
}
