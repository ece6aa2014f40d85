import { PhoneNumber } from '#kernel';
import type { MessageSource, SmsQuota, WrittenMessage } from '#notifications';
import {
  ACCOUNT_NOTICE_DUE,
  CHANGE_NOTICE_DUE,
  type ChangeMessages,
  type ChangeRules,
  type NoticeSeals,
} from '../change-ports.js';

const nothing = async () => undefined;

/** Word of a change is due at an identifier of before. What it says is sealed in the reference: the record may be another by now. */
export class ChangeNoticeDue implements MessageSource {
  readonly kind: string = CHANGE_NOTICE_DUE;

  constructor(
    private readonly seals: NoticeSeals,
    private readonly messages: ChangeMessages,
    private readonly sms: SmsQuota,
    private readonly rules: ChangeRules,
  ) {}

  async write(reference: string): Promise<WrittenMessage | null> {
    const dot = reference.indexOf('.');
    const notice = this.seals.open(reference.slice(dot + 1), reference.slice(0, dot));
    const { channel, to } = this.messages.notice(notice);
    if (channel === 'sms' && !(await this.#maySend(to))) return null;
    const written = (): WrittenMessage => ({
      channel,
      message: this.messages.notice(notice),
      accepted: nothing,
      failed: nothing,
      again: async () => written(),
    });
    return written();
  }

  /** No share of a source: whoever takes over an account must not be able to keep its owner from hearing of it. */
  async #maySend(to: string): Promise<boolean> {
    // E.164 has its country in it.
    const number = PhoneNumber.parse(to, 'US');
    if (!this.rules.smsCountries.includes(number.country ?? '') || number.isSpecial) return false;
    return (await this.sms.take('reserved', null)).allowed;
  }
}

/** The same for a way into the account. A kind of its own, so that a process of an earlier version does not write it. */
export class AccountNoticeDue extends ChangeNoticeDue {
  override readonly kind = ACCOUNT_NOTICE_DUE;
}
