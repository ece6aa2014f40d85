import { type IdentifierHasher, momentOf } from '#kernel';
import type { AttemptState } from '../../domain/registration-attempt.js';
import type { Verification } from '../../domain/verification.js';
import type { AttemptSecrets, AttemptStore, VerificationOutcome } from '../ports.js';
import type { RegistrationActivator } from './registration-activator.js';

/** Activates attempts that were verified externally. The sealed password becomes the customer's password. */
export class VerifiedAttemptActivator {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly activator: RegistrationActivator,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /** Returns the attempt, or the reason why none can be activated. */
  async find({ identifier, attemptId, verifiedAt }: Verification): Promise<AttemptState | VerificationOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const named = await Promise.all(hashes.map((hash) => this.attempts.findById(hash, attemptId ?? '')));
    const attempt = named.find((candidate) => candidate !== null);
    if (!attempt) return 'unknown';
    if (attempt.decoy || attempt.activatedAt > 0) return 'known';
    // An attempt created after the verification was not verified: an attacker must not benefit from it.
    return momentOf(attempt.attemptId) < verifiedAt.getTime() ? attempt : 'attempt_too_young';
  }

  /** @param recordHandled runs first in the unit of work */
  async activate(attempt: AttemptState, recordHandled: () => Promise<void>): Promise<VerificationOutcome> {
    const preHash = this.secrets.open(attempt.sealedPreHash, attempt.attemptId);
    const customer = await this.activator.activate(attempt, {
      preHash,
      verifiedBy: 'event',
      source: null,
      first: recordHandled,
    });
    return customer ? 'admitted' : 'known';
  }
}
