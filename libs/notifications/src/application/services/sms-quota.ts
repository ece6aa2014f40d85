import { Injectable } from '@nestjs/common';
import { Counters, spreadOverDay, Unavailable } from '#kernel';
import { ClientNetworkRateLimited } from '#platform/rate-limits';
import { MessageLimits, type RequestSource } from '../message-limits.js';

/** Registrations and changes of identifiers may use so much of the SMS of a day; what is left is for those who have an account. */
const ORDINARY_SMS_SHARE = 0.8;
const GLOBAL_SMS_KEY = '{sms}:sent';

/** `ordinary`: registrations and changes. `reserved`: resets, and notices to owners, may use the reserve, too. */
export type SmsPriority = 'ordinary' | 'reserved';

export type SmsReservation =
  | { readonly allowed: true; release(): Promise<void> }
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
  async reserveSms(priority: SmsPriority, source: RequestSource | null): Promise<SmsReservation> {
    const sourceReservation = await this.#reserveForSource(source);
    if (typeof sourceReservation === 'number')
      return { allowed: false, exhausted: 'source', retryAfterSeconds: sourceReservation };
    const taken = await this.counters
      .reserve(GLOBAL_SMS_KEY, spreadOverDay(this.#dailyLimitOf(priority)))
      .catch(async (error: unknown) => {
        await sourceReservation().catch(() => undefined);
        throw error;
      });
    if (!taken.allowed) {
      await sourceReservation();
      return { allowed: false, exhausted: 'everybody', retryAfterSeconds: taken.retryAfterSeconds };
    }
    const release = async (): Promise<void> => {
      await this.counters.release(GLOBAL_SMS_KEY, taken.ticket);
      await sourceReservation();
    };
    return { allowed: true, release };
  }

  /**
   * @returns what gives it back
   * @throws ClientNetworkRateLimited when this source has used up its share
   * @throws Unavailable when no more SMS are sent for now
   */
  async reserveSmsOrThrow(priority: SmsPriority, source: RequestSource): Promise<() => Promise<void>> {
    const reservation = await this.reserveSms(priority, source);
    if (reservation.allowed) return reservation.release;
    const { exhausted, retryAfterSeconds } = reservation;
    if (exhausted === 'source') throw new ClientNetworkRateLimited(retryAfterSeconds);
    throw new Unavailable('No more SMS can be sent for now.', retryAfterSeconds);
  }

  /** What gives it back, or the seconds after which there is more. */
  async #reserveForSource(source: RequestSource | null): Promise<(() => Promise<void>) | number> {
    if (!source || source.trusted || this.limits.smsPerSource === null) return async () => undefined;
    const key = `{src:${source.prefix}}:smsPerSource`;
    const taken = await this.counters.reserve(key, spreadOverDay(this.limits.smsPerSource));
    return taken.allowed ? () => this.counters.release(key, taken.ticket) : taken.retryAfterSeconds;
  }

  #dailyLimitOf(use: SmsPriority): number | null {
    const { smsPerDay } = this.limits;
    return smsPerDay === null || use === 'reserved' ? smsPerDay : Math.ceil(smsPerDay * ORDINARY_SMS_SHARE);
  }
}
