import type { CodeAddress } from '#codes';
import { type Counters, type Identifier, type IdentifierHasher, Overloaded } from '#kernel';
import type { DueMessages } from '#notifications';
import type { AuthRules, ResetSeals } from './ports.js';

export const RESET_DUE = 'auth.password_reset';
/** Digits of a reset code: it opens an account that exists, so a guess is worth 1e-8. */
export const RESET_DIGITS = 8;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Messages that a device of the customer may ask for, whatever others have used up. */
const PER_DEVICE = [
  { most: 1, windowMs: MINUTE_MS },
  { most: 3, windowMs: DAY_MS },
];

/** Where the reset code of an identifier lives: bound to its subject; nobody's is a decoy under the identifier itself. */
export const resetAddressOf = (identifierHash: string, customerId: string | undefined): CodeAddress => ({
  identifierHash,
  purpose: 'password_reset',
  subject: customerId ?? identifierHash,
});

/** Asks for reset codes, for known and unknown alike: the same counts, the same message due. */
export class ResetRequests {
  constructor(
    private readonly identifiers: IdentifierHasher,
    private readonly counters: Counters,
    private readonly seals: ResetSeals,
    private readonly due: DueMessages,
    private readonly rules: AuthRules,
  ) {}

  /**
   * Beyond what an identifier may be sent nothing happens, and nobody learns it.
   * @param deviceId of a device that the customer has signed in from
   * @throws Overloaded when the message would come too late
   */
  async ask(identifier: Identifier, source: string, deviceId: string | null = null): Promise<void> {
    const identifierHash = this.identifiers.hash(identifier);
    const { sendsPerSourceMinute, sendsPerSourceDay, sendsPerIdentifier, messageBacklogSeconds } = this.rules.limits;
    if (messageBacklogSeconds !== null && (await this.due.backlogSeconds()) > messageBacklogSeconds)
      throw new Overloaded('Too many messages are waiting at this moment. Please try again soon.', 5);
    const send = async () => {
      const sealed = this.seals.seal(identifier.canonical, identifierHash);
      await this.due.put({ kind: RESET_DUE, reference: `${identifierHash}.${sealed}` });
    };
    const byDevice = `{${identifierHash}}:resets:device:${deviceId}`;
    if (deviceId !== null && (await this.counters.take(byDevice, PER_DEVICE)).allowed) return send();
    const bySource = [
      { most: sendsPerSourceMinute, windowMs: MINUTE_MS },
      { most: sendsPerSourceDay, windowMs: DAY_MS },
    ];
    if (!(await this.counters.take(`{${identifierHash}}:resets:${source}`, bySource)).allowed) return;
    const daily = [{ most: sendsPerIdentifier, windowMs: DAY_MS }];
    if (!(await this.counters.take(`{${identifierHash}}:resets`, daily)).allowed) return;
    await send();
  }
}
