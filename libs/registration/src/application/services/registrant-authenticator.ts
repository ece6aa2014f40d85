import type { Credentials, PreHash, SignInTries } from '#auth';
import type { Identifier, IdentifierHasher } from '#kernel';
import { type AttemptKey, type AttemptState, RegistrationAttempt } from '../../domain/registration-attempt.js';
import type { AttemptSecrets, AttemptStore } from '../ports.js';

/** The person who registers, as the attempt selected by identifier and password. */
export interface Registrant {
  readonly key: AttemptKey;
  readonly preHash: PreHash;
}

/** The result of a lookup by identifier and password: a pending attempt, a receipt, or nothing. */
export interface AttemptLookup {
  readonly identifier: Identifier;
  readonly registrant: Registrant | null;
  readonly attempt: AttemptState | null;
}

/** Queried when there is no receipt, so that the work is the same. */
const UNUSED_CUSTOMER_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Authenticates a pending attempt by its password without counting tries, so that its owner cannot be locked out. Any other
 * password is a guess at a customer's password, because a receipt may exist. It is counted with sign-ins before it is compared,
 * whether or not a receipt or a customer exists. A receipt is valid as long as its customer is unchanged since the activation.
 */
export class RegistrantAuthenticator {
  constructor(
    private readonly attempts: AttemptStore,
    private readonly secrets: AttemptSecrets,
    private readonly credentials: Credentials,
    private readonly identifiers: IdentifierHasher,
    private readonly tries: SignInTries,
  ) {}

  async lookUpAttempt(identifier: Identifier, password: string): Promise<AttemptLookup> {
    const identifierHash = this.identifiers.hash(identifier);
    const byTag = new Map(
      this.credentials
        .preHashes(password)
        .flatMap((preHash) => this.secrets.computeTags(identifierHash, preHash).map((tag) => [tag, preHash])),
    );
    const attempt = await this.attempts.find(identifierHash, [...byTag.keys()]);
    const preHash = byTag.get(attempt?.tag ?? '');
    const registrant = attempt && preHash ? { key: { identifierHash, tag: attempt.tag }, preHash } : null;
    return { identifier, registrant, attempt };
  }

  /** Returns the registrant if the attempt is pending. */
  asPending({ registrant, attempt }: AttemptLookup): Registrant | null {
    return attempt && !RegistrationAttempt.restore(attempt).isReceipt ? registrant : null;
  }

  /** Returns the registrant of a receipt, for a lookup that found no pending attempt. @param source prefix of the request */
  async authenticateReceipt(
    { identifier, registrant, attempt }: AttemptLookup,
    source: string,
  ): Promise<Registrant | null> {
    const counted = await this.tries.startTry(identifier, source);
    if (counted === null) return null;
    const isAsEnrolled = await this.credentials
      .isUnchangedSinceEnrolment(attempt?.customerId ?? UNUSED_CUSTOMER_ID)
      .catch(async (error: unknown) => {
        await counted.cancelTry();
        throw error;
      });
    const receipt = isAsEnrolled ? registrant : null;
    await (receipt ? counted.cancelTry() : counted.recordWrongPassword());
    return receipt;
  }
}
