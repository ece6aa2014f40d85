import { type Codes, MessageCode } from '#codes';
import {
  AT_ONCE,
  type Channel,
  type MessageSource,
  type OutgoingMessage,
  type SendTimes,
  type WrittenMessage,
} from '#notifications';
import { CHANGE_DIGITS } from '../../domain/identifier-change.js';
import { CHANGE_CODE_DUE, type ChangeMessages, changeAddressOf, type PendingChanges } from '../change-ports.js';
import type { Customers } from '../ports.js';

/**
 * A code to a new identifier is due: make it, write its message, and let its ten minutes start when the message has been
 * accepted. It is sent whoever the identifier belongs to.
 */
export class ChangeCodeDue implements MessageSource {
  readonly kind = CHANGE_CODE_DUE;

  constructor(
    private readonly pending: PendingChanges,
    private readonly customers: Customers,
    private readonly codes: Codes,
    private readonly messages: ChangeMessages,
  ) {}

  async write(reference: string, times: SendTimes = AT_ONCE): Promise<WrittenMessage | null> {
    const [customerId = '', id] = reference.split('.');
    const [change, owner] = [await this.pending.find(customerId), await this.customers.byId(customerId)];
    if (change?.id !== id || !change || !owner || owner.isDeleted) return null;
    const { canonical, kind } = change.identifier;
    const channel = kind === 'email' ? 'email' : 'sms';
    const how = { length: CHANGE_DIGITS, usualMs: times.usualMs(channel), decoy: false };
    const code = await MessageCode.issue(this.codes, changeAddressOf(change), how);
    const textOf = (digits: string) => this.messages.code(canonical, owner.snapshot().locale, digits);
    return this.#write(channel, code, textOf);
  }

  #write(channel: Channel, code: MessageCode, textOf: (digits: string) => OutgoingMessage): WrittenMessage {
    return {
      channel,
      message: textOf(code.digits ?? ''),
      accepted: () => code.accepted(),
      failed: () => code.refused(),
      again: async () => {
        const next = await code.again();
        return next && this.#write(channel, next, textOf);
      },
    };
  }
}
