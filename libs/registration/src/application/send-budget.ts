import type { Allowance, Counters } from '#kernel';
import { Unavailable } from '#kernel';
import type { Source } from '../domain/limits.js';
import { type AttemptState, channelTo } from '../domain/registration-attempt.js';
import type { RegistrationLimits } from './limits.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export type Permission =
  | { readonly send: true; giveBack(): Promise<void> }
  /** `null`: not to be told, because others may have used the budget up. */
  | { readonly send: false; readonly retryAfterSeconds: number | null };

/** How many messages an identifier gets. One source cannot use up what the owner has from another. */
export class SendBudget {
  constructor(
    private readonly counters: Counters,
    private readonly limits: RegistrationLimits,
  ) {}

  async take(attempt: AttemptState, source: Source): Promise<Permission> {
    const { identifierHash } = attempt;
    const [ofSource, ofIdentifier] = [`{${identifierHash}}:sends:${source.prefix}`, `{${identifierHash}}:sends`];
    const bySource = await this.counters.take(ofSource, this.#perSource(source));
    if (!bySource.allowed) return { send: false, retryAfterSeconds: bySource.retryAfterSeconds };
    const daily = [{ most: this.limits.sendsPerIdentifier, windowMs: DAY_MS }];
    const byIdentifier = await this.counters.take(ofIdentifier, daily);
    if (!byIdentifier.allowed) return { send: false, retryAfterSeconds: null };
    const giveBack = async (): Promise<void> => {
      await this.counters.giveBack(ofSource, bySource.ticket);
      await this.counters.giveBack(ofIdentifier, byIdentifier.ticket);
    };
    return { send: true, giveBack };
  }

  /** @throws Unavailable when no more SMS are sent today */
  async takeSms(attempt: AttemptState): Promise<void> {
    if (channelTo(attempt) !== 'sms') return;
    const taken = await this.counters.take('{sms}:sent', [{ most: this.limits.smsPerDay, windowMs: DAY_MS }]);
    if (!taken.allowed) throw new Unavailable('No more SMS can be sent for now.', taken.retryAfterSeconds);
  }

  #perSource({ trusted }: Source): readonly Allowance[] {
    const { sendsPerSourceMinute, sendsPerSourceDay } = this.limits;
    return [
      { most: trusted ? null : sendsPerSourceMinute, windowMs: MINUTE_MS },
      { most: trusted ? null : sendsPerSourceDay, windowMs: DAY_MS },
    ];
  }
}
