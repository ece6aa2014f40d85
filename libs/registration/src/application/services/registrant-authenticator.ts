import type { Credentials, PreHash, SignInTries } from '#auth';
import type { Identifier, IdentifierHasher } from '#kernel';
import { type AttemptKey, type AttemptState, RegistrationAttempt } from '../../domain/registration-attempt.js';
import type { AttemptSecrets, AttemptStore } from '../ports.js';

/** Who is registering: the attempt that identifier and password pick. */
export interface Registrant {
  readonly key: AttemptKey;
  readonly preHash: PreHash;
}

/** What identifier and password pick: a pending attempt, a receipt, or nothing. */
export interface AttemptLookup {
  readonly identifier: Identifier;
  readonly registrant: Registrant | null;
  readonly attempt: AttemptState | null;
}

/** Whose state is asked for when there is no receipt: the work is the same. */
const UNUSED_CUSTOMER_ID = '00000000-0000-0000-0000-000000000000';

/**
 * A pending attempt answers to its password, and nothing is counted: nobody can keep its owner out. Everything else is a guess at
 * the password of a customer, whose receipt may be there: it is counted with sign-ins before anything is looked at, whether or
 * not there is a receipt or a customer. A receipt answers as long as its customer is as the activation made them.
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

  /** Whose pending attempt it is, if it is one. */
  asPending({ registrant, attempt }: AttemptLookup): Registrant | null {
    return attempt && !RegistrationAttempt.restore(attempt).isReceipt ? registrant : null;
  }

  /** Of what is no pending attempt: whose receipt it is. @param source prefix it comes from */
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
