import type { CodeAddress } from '#codes';
import { type Counters, type Identifier, type IdentifierHasher, Overloaded } from '#kernel';
import type { JobQueue, MessageBudget, MessageReservation, RequestSource, SmsQuota } from '#notifications';
import type { AuthSettings, ResetRecipientSealer } from '../ports.js';

export const SEND_PASSWORD_RESET = 'auth.password_reset';
/** A reset code gives access to an existing account, so a guess succeeds with a probability of 1e-8. */
export const PASSWORD_RESET_CODE_DIGITS = 8;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Messages that all known devices of a customer may request together, independent of other limits. Every sign-in creates a device. */
const KNOWN_DEVICE_ALLOWANCES = [
  { max: 1, windowMs: MINUTE_MS },
  { max: 3, windowMs: DAY_MS },
];

/**
 * The storage address of the reset code of an identifier. It does not depend on whether the identifier belongs to a customer;
 * the MAC of the code covers the customer.
 */
export const resetCodeAddressOf = (identifierHash: string, customerId: string | undefined): CodeAddress => ({
  identifierHash,
  purpose: 'password_reset',
  subject: identifierHash,
  ...(customerId === undefined ? {} : { holder: customerId }),
});

/** Requests reset codes. Known and unknown identifiers have the same limits and enqueue the same job. */
export class PasswordResetRequests {
  constructor(
    private readonly identifiers: IdentifierHasher,
    private readonly counters: Counters,
    private readonly budget: MessageBudget,
    private readonly sms: SmsQuota,
    private readonly sealer: ResetRecipientSealer,
    private readonly dueMessages: JobQueue,
    private readonly settings: AuthSettings,
  ) {}

  /**
   * Does nothing when the limit of the identifier is reached; the response does not reveal it.
   * @param isKnownDevice whether the customer has signed in from the requesting device before
   * @throws Overloaded when the message would be sent too late
   */
  async enqueueCode(identifier: Identifier, source: RequestSource, isKnownDevice = false): Promise<void> {
    const identifierHash = this.identifiers.hash(identifier);
    const { messageBacklogSeconds } = this.settings.limits;
    if (messageBacklogSeconds !== null && (await this.dueMessages.estimateBacklogSeconds()) > messageBacklogSeconds)
      throw new Overloaded('Too many messages are waiting at this moment. Please try again soon.', 5);
    if (!this.#isDeliverable(identifier)) return;
    const permission = await this.#takePermission(identifierHash, source, isKnownDevice);
    if (!permission.allowed) return;
    try {
      const sms = identifier.kind === 'phone' ? await this.sms.reserveSms('reserved', source) : null;
      if (sms?.allowed === false) return await permission.release();
      const sealed = this.sealer.seal(identifier.canonical, identifierHash);
      await this.#enqueueMessage(`${identifierHash}.${sealed}`, async () => sms?.release());
    } catch (error) {
      await permission.release().catch(() => undefined);
      throw error;
    }
  }

  async #takePermission(
    identifierHash: string,
    source: RequestSource,
    isKnownDevice: boolean,
  ): Promise<MessageReservation> {
    const key = `{${identifierHash}}:resets:devices`;
    const taken = isKnownDevice ? await this.counters.reserve(key, KNOWN_DEVICE_ALLOWANCES) : null;
    if (taken?.allowed) return { allowed: true, release: () => this.counters.release(key, taken.ticket) };
    return this.budget.reserveMessage({ identifierHash, kind: 'resets', source });
  }

  async #enqueueMessage(reference: string, releaseQuota: () => Promise<void>): Promise<void> {
    await this.dueMessages.enqueue({ kind: SEND_PASSWORD_RESET, reference }).catch(async (error: unknown) => {
      await releaseQuota().catch(() => undefined);
      throw error;
    });
  }

  /** SMS are sent to configured countries only, and never to special numbers. */
  #isDeliverable(identifier: Identifier): boolean {
    if (identifier.kind !== 'phone') return true;
    return this.settings.smsCountries.includes(identifier.country ?? '') && !identifier.isSpecial;
  }
}
