import { type Counters, PhoneNumber } from '#kernel';
import type { MessageSource, WrittenMessage } from '#notifications';
import {
  ACCOUNT_NOTICE_DUE,
  CHANGE_NOTICE_DUE,
  type ChangeMessages,
  type ChangeRules,
  type NoticeSeals,
} from '../change-ports.js';

const DAY_MS = 24 * 3_600_000;
const nothing = async () => undefined;

/** Word of a change is due at an identifier of before. What it says is sealed in the reference: the record may be another by now. */
export class ChangeNoticeDue implements MessageSource {
  readonly kind: string = CHANGE_NOTICE_DUE;

  constructor(
    private readonly seals: NoticeSeals,
    private readonly messages: ChangeMessages,
    private readonly counters: Counters,
    private readonly rules: ChangeRules,
  ) {}

  async write(reference: string): Promise<WrittenMessage | null> {
    const dot = reference.indexOf('.');
    const notice = this.seals.open(reference.slice(dot + 1), reference.slice(0, dot));
    const message = this.messages.notice(notice);
    if (message.channel === 'sms' && !(await this.#maySend(message.to))) return null;
    return { channel: message.channel, message, accepted: nothing, failed: nothing };
  }

  async #maySend(number: string): Promise<boolean> {
    // E.164 has its country in it.
    const { country } = PhoneNumber.parse(number, 'US');
    if (!this.rules.smsCountries.includes(country ?? '')) return false;
    return (await this.counters.take('{sms}:sent', [{ most: this.rules.limits.smsPerDay, windowMs: DAY_MS }])).allowed;
  }
}

/** The same for a way into the account. A kind of its own, so that a process of an earlier version does not write it. */
export class AccountNoticeDue extends ChangeNoticeDue {
  override readonly kind = ACCOUNT_NOTICE_DUE;
}
