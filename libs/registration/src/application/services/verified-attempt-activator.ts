import { type IdentifierHasher, momentOf } from '#kernel';
import type { AttemptState } from '../../domain/registration-attempt.js';
import type { Verification } from '../../domain/verification.js';
import type { AttemptSecrets, AttemptStore, VerificationOutcome } from '../ports.js';
import type { RegistrationActivator } from './registration-activator.js';

/** Attempts that were proven elsewhere: what their seal holds becomes the password. */
export class VerifiedAttemptActivator {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly admission: RegistrationActivator,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /** The attempt, or why there is none to let in. */
  async find({ identifier, attemptId, verifiedAt }: Verification): Promise<AttemptState | VerificationOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const named = await Promise.all(hashes.map((hash) => this.attempts.findById(hash, attemptId ?? '')));
    const attempt = named.find((one) => one !== null);
    if (!attempt) return 'unknown';
    if (attempt.decoy || attempt.activatedAt > 0) return 'known';
    // Nobody can have confirmed what did not exist: a stranger who registers after it must not profit from it.
    return momentOf(attempt.attemptId) < verifiedAt.getTime() ? attempt : 'attempt_too_young';
  }

  /** @param note the first thing in the unit of work */
  async activate(attempt: AttemptState, note: () => Promise<void>): Promise<VerificationOutcome> {
    const preHash = this.secrets.open(attempt.sealedPreHash, attempt.attemptId);
    const customer = await this.admission.activate(attempt, {
      preHash,
      verifiedBy: 'event',
      source: null,
      first: note,
    });
    return customer ? 'admitted' : 'known';
  }
}
