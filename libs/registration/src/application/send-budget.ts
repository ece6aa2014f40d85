import type { Allowance, Counters } from '#kernel';
import { Unavailable } from '#kernel';
import type { Source } from '../domain/limits.js';
import { type AttemptState, channelOf, identifierOf } from '../domain/registration-attempt.js';
import type { RegistrationLimits } from './limits.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type Permission =
  | { readonly send: true }
  /** `null`: not to be told, because others may have used the budget up. */
  | { readonly send: false; readonly retryAfterSeconds: number | null };

/** How many messages an identifier gets. One source cannot use up what the owner has from another. */
export class SendBudget {
  constructor(
    private readonly counters: Counters,
    private readonly limits: RegistrationLimits,
  ) {}

  /** @throws Unavailable when no more SMS are sent today */
  async take(attempt: AttemptState, source: Source): Promise<Permission> {
    const { identifierHash } = attempt;
    const bySource = await this.counters.take(`{${identifierHash}}:sends:${source.prefix}`, this.#perSource(source));
    if (!bySource.allowed) return { send: false, retryAfterSeconds: bySource.retryAfterSeconds };
    const daily = [{ most: this.limits.sendsPerIdentifier, windowMs: DAY_MS }];
    const byIdentifier = await this.counters.take(`{${identifierHash}}:sends`, daily);
    if (!byIdentifier.allowed) return { send: false, retryAfterSeconds: null };
    if (channelOf(identifierOf(attempt)) === 'sms') await this.#sms();
    return { send: true };
  }

  #perSource({ trusted }: Source): readonly Allowance[] {
    const { sendsPerSourceMinute, sendsPerSourceDay } = this.limits;
    return [
      { most: trusted ? null : sendsPerSourceMinute, windowMs: MINUTE_MS },
      { most: trusted ? null : sendsPerSourceDay, windowMs: DAY_MS },
    ];
  }

  async #sms(): Promise<void> {
    const taken = await this.counters.take('{sms}:sent', [{ most: this.limits.smsPerDay, windowMs: DAY_MS }]);
    if (!taken.allowed) throw new Unavailable('No more SMS can be sent for now.', taken.retryAfterSeconds);
  }
}
