import type { PreHash } from '#auth';
import type { OutgoingMessage } from '#notifications';
import type { AttemptDraft, AttemptKey, AttemptState } from '../domain/registration-attempt.js';

export type Placement =
  /** `attempt` is the one that stands there now: the draft, or the same password's that stood there before. */
  | { readonly placed: true; readonly attempt: AttemptState }
  /** Too many live attempts: nothing is kept. */
  | { readonly placed: false };

export type CodeRequest =
  | { readonly granted: true }
  | { readonly granted: false; readonly retryAfterSeconds: number; readonly reference: string };

/**
 * Attempts, each for thirty minutes, side by side under their identifier. Every method is one atomic step; times are by the
 * store's own clock. Nothing of it reaches the database.
 * @throws Unavailable when the store is away
 */
export abstract class AttemptStore {
  /** By the clock that its times are of. */
  abstract now(): Promise<Date>;
  /**
   * The same password is the same attempt: its profile becomes the draft's, its thirty minutes start again. What stands
   * there under an id that the identifier has lost gives way. A receipt is not looked at and takes no room: nobody learns by
   * registering that there is one, or which password it has.
   * @param trusted a source without limits
   */
  abstract placeAttempt(draft: AttemptDraft, trusted: boolean): Promise<Placement>;
  /** A pending attempt before a receipt. @param tags the password's tag under every pepper */
  abstract find(identifierHash: string, tags: readonly string[]): Promise<AttemptState | null>;
  /** The live attempt of this id among those of the identifier. */
  abstract findById(identifierHash: string, attemptId: string): Promise<AttemptState | null>;
  /** Its key is stored and its start announced, under this id. */
  abstract markStarted(key: AttemptKey, attemptId: string, customerId: string): Promise<void>;
  /** May a code be sent now, so long after the last? If so, its message bears the new reference. */
  abstract requestCode(key: AttemptKey, attemptId: string, reference: string, pauseMs: number): Promise<CodeRequest>;
  /** The message of this reference could not be asked for: a code may be asked for at once. */
  abstract cancelCodeRequest(key: AttemptKey, attemptId: string, reference: string): Promise<void>;
  /** A code of it is alive for so many milliseconds from now. */
  abstract recordCodeSent(key: AttemptKey, attemptId: string, lifeMs: number): Promise<void>;
  /**
   * It became a customer: it stays as a receipt, and every other attempt of its id is gone. Whoever has begun since that
   * customer was deleted has another id, and stays.
   */
  abstract convertToReceipt(key: AttemptKey, attemptId: string): Promise<void>;
  abstract remove(key: AttemptKey): Promise<void>;
  /** Every started attempt of the identifier but those of this customer id is gone; with null, every one, started or not. */
  abstract removeOthers(identifierHash: string, customerId: string | null): Promise<void>;
  /** How many attempts of everybody are alive. */
  abstract countLive(): Promise<number>;
  /** True once a day and identifier: its owner may be told that somebody tried to register it. */
  abstract reserveOwnerNotice(identifierHash: string): Promise<boolean>;
  /** The message to its owner was not accepted. */
  abstract releaseOwnerNotice(identifierHash: string): Promise<void>;
}

export interface RegistrationKey {
  readonly customerId: string;
  /** How many events of this id were announced. */
  readonly sequence: number;
}

/** An identifier that somebody gets. */
export interface KeyAssignment {
  /** One per key of the ring, the one to write first. */
  readonly hashes: readonly string[];
  readonly customerId: string;
}

/** Which id an identifier got at its first attempt. The one thing kept of a person before proof. */
export abstract class RegistrationKeys {
  /** @param hashes of the identifier, one per key of the ring, the one to write first */
  abstract find(hashes: readonly string[]): Promise<RegistrationKey | null>;
  /**
   * Locks the key for this unit of work and counts one event up. Creates it with the proposed id; points it to the proposed
   * id when it still points to the lost one.
   */
  abstract lockAndIncrement(
    hashes: readonly string[],
    proposedId: string,
    lostId: string | null,
  ): Promise<RegistrationKey>;
  /** Locks the key for this unit of work and notes that its identifier was proven. */
  abstract lockAndMarkProven(hashes: readonly string[]): Promise<RegistrationKey | null>;
  /**
   * Locks the key for this unit of work and points it to the customer whose identifier it is from now on, proven. Creates
   * it when there is none. An id that comes back counts its events on from where it was.
   */
  abstract assign(hashes: readonly string[], customerId: string): Promise<void>;
  /**
   * The same for many at once, no identifier twice.
   * @returns those that had a key before: attempts may be pending there
   */
  abstract assignAll(gifts: readonly KeyAssignment[]): Promise<readonly KeyAssignment[]>;
  /**
   * Locks the key for this unit of work and points it to an id that nobody has had, because the identifier is nobody's from
   * now on. Creates it when there is none.
   */
  abstract reassign(hashes: readonly string[], freshId: string): Promise<void>;
  /**
   * Forgets a customer who had this identifier: the key, unless somebody has begun to register since, and what was counted
   * for the id. In the caller's unit of work.
   */
  abstract forgetCustomer(hashes: readonly string[], customerId: string): Promise<void>;
}

/** Keeps passwords of attempts: a tag to find them by, and a seal to open them with. */
export abstract class AttemptSecrets {
  /**
   * The same password of the same identifier has the same tag; without the keys it says nothing. 64 hex characters, one tag
   * per key of the ring, the one to write first.
   */
  abstract computeTags(identifierHash: string, preHash: PreHash): readonly [string, ...string[]];
  /** AES-256-GCM, bound to the attempt. */
  abstract seal(preHash: PreHash, attemptId: string): string;
  abstract open(sealed: string, attemptId: string): PreHash;
  /** Two unambiguous characters. */
  abstract createReference(): string;
}

/** The words of the messages. They carry no text that a stranger typed. */
export abstract class RegistrationMessages {
  abstract composeCode(attempt: AttemptState, digits: string): OutgoingMessage;
  /** To the owner of an identifier that is registered already. */
  abstract composeAlreadyRegistered(attempt: AttemptState): OutgoingMessage;
}

/** The settings that registration knows. */
export abstract class RegistrationSettings {
  abstract readonly codeLength: number;
  abstract readonly codeTtlSeconds: number;
  abstract readonly attemptTtlSeconds: number;
  /** How browsers call the program. */
  abstract readonly publicUrl: string;
  abstract readonly registrationDisclosure: 'conceal' | 'reveal';
  /** ISO 3166-1 alpha-2 */
  abstract readonly defaultMarket: string;
  abstract readonly smsCountries: readonly string[];
}

/** Seconds between two codes of one attempt. */
export const RESEND_AFTER_SECONDS = 60;

/** What came of a verification elsewhere. */
export type VerificationOutcome =
  /** He is a customer by it, with the password of his attempt. */
  | 'admitted'
  /** The same, without a password. */
  | 'admitted_without_password'
  /** He is a customer already. */
  | 'known'
  /** There is no such attempt of this identifier, or no more. */
  | 'unknown'
  /** The attempt was made after what is said to have verified it. */
  | 'attempt_too_young'
  /** What is to happen yet has verified nothing. */
  | 'in_the_future'
  /** Nobody knows whose the identifier is by now. */
  | 'too_old';

/** Tells operators what came of verifications: counted, and logged without the identifier. */
export abstract class VerificationOutcomeRecorder {
  /** @param masked the identifier */
  abstract recordOutcome(outcome: VerificationOutcome, masked: string): void;
}
