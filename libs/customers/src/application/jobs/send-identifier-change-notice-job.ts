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

/** Sends a notice to a previous identifier. The reference holds the encrypted notice, because the record may have changed. */
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
    const prepare = (): PreparedMessage => ({
      channel,
      message: this.messages.composeNotice(notice),
      markAccepted: noop,
      markFailed: noop,
      prepareRetry: async () => prepare(),
    });
    return prepare();
  }

  /** Ignores source limits, so that an attacker cannot use them up to suppress the notice. */
  async #takeSmsQuota(to: string): Promise<boolean> {
    // An E.164 number contains its country code, so the market has no effect.
    const number = PhoneNumber.parse(to, 'US');
    if (!this.settings.smsCountries.includes(number.country ?? '') || number.isSpecial) return false;
    return (await this.sms.reserveSms('reserved', null)).allowed;
  }
}

/** The same for sign-in changes. A separate kind, so that a process of an earlier version does not handle it. */
export class SendAccountNoticeJob extends SendIdentifierChangeNoticeJob {
  override readonly kind = SEND_ACCOUNT_NOTICE;
}
