import { Codes } from '#codes';
import { AttemptStore, RESEND_AFTER_SECONDS } from '../../application/ports.js';
import { codeAddressOf } from '../../application/services/code-address.js';
import type { OpaqueRegistrationIds } from '../../application/services/opaque-registration-ids.js';
import { type MyRegistration, MyRegistrations } from '../../application/views.js';
import { type AttemptState, channelForRecipient, identifierOf } from '../../domain/registration-attempt.js';

/** Resolution of the returned times. It hides the difference between sent messages and decoys. */
const SHOWN_MS = 250;
const shown = (moment: Date): string => new Date(Math.floor(moment.getTime() / SHOWN_MS) * SHOWN_MS).toISOString();

/** Reads live attempts and codes. */
export class LiveMyRegistrations extends MyRegistrations {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly ids: OpaqueRegistrationIds,
  ) {
    super();
  }

  async findByKey(identifierHash: string, tag: string): Promise<MyRegistration | null> {
    const attempt = await this.attempts.find(identifierHash, [tag]);
    return attempt && this.#view(attempt);
  }

  async #view(attempt: AttemptState): Promise<MyRegistration> {
    const code = await this.codes.getStatus(codeAddressOf(attempt));
    return {
      id: this.ids.of(identifierOf(attempt)),
      attemptId: attempt.attemptId,
      state: attempt.activatedAt > 0 ? 'active' : 'pending',
      channel: channelForRecipient(attempt),
      codeLength: await this.codes.codeLengthFor(attempt.identifierHash),
      codeExpiresAt: code ? shown(code.expiresAt) : null,
      resendAt: new Date(attempt.askedAt + RESEND_AFTER_SECONDS * 1000).toISOString(),
      attemptsRemaining: code?.attemptsRemaining ?? 0,
    };
  }
}
