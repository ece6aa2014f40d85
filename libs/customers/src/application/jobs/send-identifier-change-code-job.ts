import { type Codes, MessageCode } from '#codes';
import {
  type Channel,
  type MessageJob,
  type OutgoingMessage,
  type PreparedMessage,
  type SendDurations,
  ZERO_SEND_DURATION,
} from '#notifications';
import { IDENTIFIER_CHANGE_CODE_DIGITS } from '../../domain/pending-identifier-change.js';
import {
  type ChangeMessages,
  changeCodeAddressOf,
  type PendingIdentifierChanges,
  SEND_IDENTIFIER_CHANGE_CODE,
} from '../identifier-change-ports.js';
import type { Customers } from '../ports.js';

/**
 * A code to a new identifier is due: make it, write its message, and let its ten minutes start when the message has been
 * accepted. It is sent whoever the identifier belongs to.
 */
export class SendIdentifierChangeCodeJob implements MessageJob {
  readonly kind = SEND_IDENTIFIER_CHANGE_CODE;

  constructor(
    private readonly pending: PendingIdentifierChanges,
    private readonly customers: Customers,
    private readonly codes: Codes,
    private readonly messages: ChangeMessages,
  ) {}

  async prepareMessage(reference: string, times: SendDurations = ZERO_SEND_DURATION): Promise<PreparedMessage | null> {
    const [customerId = '', id] = reference.split('.');
    const [change, owner] = [await this.pending.find(customerId), await this.customers.findById(customerId)];
    if (change?.id !== id || !change || !owner || owner.isDeleted) return null;
    const { canonical, kind } = change.identifier;
    const channel = kind === 'email' ? 'email' : 'sms';
    const how = { length: IDENTIFIER_CHANGE_CODE_DIGITS, usualMs: times.sampleDurationMs(channel), decoy: false };
    const code = await MessageCode.issue(this.codes, changeCodeAddressOf(change), how);
    const textOf = (digits: string) => this.messages.composeCode(canonical, owner.snapshot().locale, digits);
    return this.#write(channel, code, textOf);
  }

  #write(channel: Channel, code: MessageCode, textOf: (digits: string) => OutgoingMessage): PreparedMessage {
    return {
      channel,
      message: textOf(code.digits ?? ''),
      markAccepted: () => code.markAccepted(),
      markFailed: () => code.markRefused(),
      prepareRetry: async () => {
        const next = await code.reissueCode();
        return next && this.#write(channel, next, textOf);
      },
    };
  }
}
