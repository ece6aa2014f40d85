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
 * Issues a code for a new identifier and composes its message. The ten minutes of the code start when the message is accepted.
 * The code is sent even if the identifier belongs to another customer.
 */
export class SendIdentifierChangeCodeJob implements MessageJob {
  readonly kind = SEND_IDENTIFIER_CHANGE_CODE;

  constructor(
    private readonly pending: PendingIdentifierChanges,
    private readonly customers: Customers,
    private readonly codes: Codes,
    private readonly messages: ChangeMessages,
  ) {}

  async prepareMessage(
    reference: string,
    durations: SendDurations = ZERO_SEND_DURATION,
  ): Promise<PreparedMessage | null> {
    const [customerId = '', id] = reference.split('.');
    const [change, owner] = [await this.pending.find(customerId), await this.customers.findById(customerId)];
    if (change?.id !== id || !change || !owner || owner.isDeleted) return null;
    const { canonical, kind } = change.identifier;
    const channel = kind === 'email' ? 'email' : 'sms';
    const options = {
      length: IDENTIFIER_CHANGE_CODE_DIGITS,
      usualMs: durations.sampleDurationMs(channel),
      decoy: false,
    };
    const code = await MessageCode.issue(this.codes, changeCodeAddressOf(change), options);
    const composeMessage = (digits: string) => this.messages.composeCode(canonical, owner.snapshot().locale, digits);
    return this.#toPreparedMessage(channel, code, composeMessage);
  }

  #toPreparedMessage(
    channel: Channel,
    code: MessageCode,
    composeMessage: (digits: string) => OutgoingMessage,
  ): PreparedMessage {
    return {
      channel,
      message: composeMessage(code.digits ?? ''),
      markAccepted: () => code.markAccepted(),
      markFailed: () => code.markRefused(),
      prepareRetry: async () => {
        const next = await code.reissueCode();
        return next && this.#toPreparedMessage(channel, next, composeMessage);
      },
    };
  }
}
