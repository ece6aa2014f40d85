import type { Codes } from '#codes';
import { type Counters, type Identifier } from '#kernel';
import type { MessageSource, WrittenMessage } from '#notifications';
import { CHANGE_DIGITS } from '../../domain/identifier-change.js';
import {
  CHANGE_CODE_DUE,
  type ChangeMessages,
  type ChangeRules,
  changeAddressOf,
  type PendingChanges,
} from '../change-ports.js';
import type { Customers } from '../ports.js';

const DAY_MS = 24 * 3_600_000;

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
    private readonly counters: Counters,
    private readonly rules: ChangeRules,
  ) {}

  async write(reference: string): Promise<WrittenMessage | null> {
    const [customerId = '', id] = reference.split('.');
    const [change, owner] = [await this.pending.find(customerId), await this.customers.byId(customerId)];
    if (change?.id !== id || !change || !owner || owner.isDeleted) return null;
    const address = changeAddressOf(change);
    const { digits, serial } = await this.codes.issue(address, CHANGE_DIGITS);
    const { canonical, kind } = change.identifier;
    const message = (await this.#maySend(change.identifier))
      ? this.messages.code(canonical, owner.snapshot().locale, digits)
      : null;
    return {
      channel: kind === 'email' ? 'email' : 'sms',
      message,
      accepted: async () => void (await this.codes.start(address, serial)),
      failed: () => this.codes.discard(address, serial),
    };
  }

  /** SMS cost money: as many as all others together may be sent in a day. */
  async #maySend({ kind }: Identifier): Promise<boolean> {
    if (kind !== 'phone') return true;
    return (await this.counters.take('{sms}:sent', [{ most: this.rules.limits.smsPerDay, windowMs: DAY_MS }])).allowed;
  }
}
