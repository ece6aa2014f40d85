import { PhoneNumber } from '#kernel';
import type { MessageJob, PreparedMessage, SmsQuota } from '#notifications';
import {
  type ChangeMessages,
  type IdentifierChangeSettings,
  type NoticeSealer,
  SEND_ACCOUNT_NOTICE,
  SEND_IDENTIFIER_CHANGE_NOTICE,
} from '../identifier-change-ports.js';

const noop = async () => undefined;

/** Word of a change is due at an identifier of before. What it says is sealed in the reference: the record may be another by now. */
export class SendIdentifierChangeNoticeJob implements MessageJob {
  readonly kind: string = SEND_IDENTIFIER_CHANGE_NOTICE;

  constructor(
    private readonly sealer: NoticeSealer,
    private readonly messages: ChangeMessages,
    private readonly sms: SmsQuota,
    private readonly settings: IdentifierChangeSettings,
  ) {}

  async prepareMessage(reference: string): Promise<PreparedMessage | null> {
    const dot = reference.indexOf('.');
    const notice = this.sealer.open(reference.slice(dot + 1), reference.slice(0, dot));
    const { channel, to } = this.messages.composeNotice(notice);
    if (channel === 'sms' && !(await this.#takeSmsQuota(to))) return null;
    const written = (): PreparedMessage => ({
      channel,
      message: this.messages.composeNotice(notice),
      markAccepted: noop,
      markFailed: noop,
      prepareRetry: async () => written(),
    });
    return written();
  }

  /** No share of a source: whoever takes over an account must not be able to keep its owner from hearing of it. */
  async #takeSmsQuota(to: string): Promise<boolean> {
    // E.164 has its country in it.
    const number = PhoneNumber.parse(to, 'US');
    if (!this.settings.smsCountries.includes(number.country ?? '') || number.isSpecial) return false;
    return (await this.sms.reserveSms('reserved', null)).allowed;
  }
}

/** The same for a way into the account. A kind of its own, so that a process of an earlier version does not write it. */
export class SendAccountNoticeJob extends SendIdentifierChangeNoticeJob {
  override readonly kind = SEND_ACCOUNT_NOTICE;
}
