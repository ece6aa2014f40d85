import type { PreHash } from '#auth';
import type { OutgoingMessage } from '#notifications';
import type { AttemptDraft, AttemptKey, AttemptState } from '../domain/registration-attempt.js';

export type Placement =
  /** `attempt` is the stored attempt: the draft, or the existing attempt with the same password. */
  | { readonly placed: true; readonly attempt: AttemptState }
  /** Too many live attempts: nothing was stored. */
  | { readonly placed: false };

export type CodeRequest =
  | { readonly granted: true }
  | { readonly granted: false; readonly retryAfterSeconds: number; readonly reference: string };

/**
 * Stores attempts for thirty minutes each, grouped by identifier. Every method is one atomic step; times use the store's own
 * clock. Attempts are never written to the database.
 * @throws Unavailable when the store cannot be reached
 */
export abstract class AttemptStore {
  /** Current time of the store's clock. */
  abstract now(): Promise<Date>;
  /**
   * An attempt with the same password is updated: it gets the draft's profile and its thirty minutes restart. An attempt whose id
   * the identifier has lost is replaced. Receipts are ignored and do not count, so that registering reveals neither a receipt
   * nor its password.
   * @param trusted true for a source without limits
   */
  abstract placeAttempt(draft: AttemptDraft, trusted: boolean): Promise<Placement>;
  /** Prefers a pending attempt to a receipt. @param tags the password's tag under every pepper */
  abstract find(identifierHash: string, tags: readonly string[]): Promise<AttemptState | null>;
  /** Returns the identifier's live attempt with this id. */
  abstract findById(identifierHash: string, attemptId: string): Promise<AttemptState | null>;
  /** Records that the key is stored and the start is published, under this customer id. */
  abstract markStarted(key: AttemptKey, attemptId: string, customerId: string): Promise<void>;
  /** Grants a code if `pauseMs` have passed since the last request. The message then carries the new reference. */
  abstract requestCode(key: AttemptKey, attemptId: string, reference: string, pauseMs: number): Promise<CodeRequest>;
  /** Undoes the request with this reference after enqueueing failed, so that a code may be requested at once. */
  abstract cancelCodeRequest(key: AttemptKey, attemptId: string, reference: string): Promise<void>;
  /** Records that a code is live for `lifeMs` from now. */
  abstract recordCodeSent(key: AttemptKey, attemptId: string, lifeMs: number): Promise<void>;
  /**
   * Keeps an activated attempt as a receipt and removes every other attempt with its customer id. Attempts started after that
   * customer was deleted have another id and are kept.
   */
  abstract convertToReceipt(key: AttemptKey, attemptId: string): Promise<void>;
  abstract remove(key: AttemptKey): Promise<void>;
  /** Removes the identifier's started attempts with another customer id; with null, all attempts, started or not. */
  abstract removeOthers(identifierHash: string, customerId: string | null): Promise<void>;
  /** Number of live attempts in the whole service. */
  abstract countLive(): Promise<number>;
  /** True once per day and identifier. The owner may then be notified of the registration attempt. */
  abstract reserveOwnerNotice(identifierHash: string): Promise<boolean>;
  /** Releases the notice after the message to the owner was not accepted. */
  abstract releaseOwnerNotice(identifierHash: string): Promise<void>;
}

export interface RegistrationKey {
  readonly customerId: string;
  /** Number of published events of this id. */
  readonly sequence: number;
}

/** Assigns an identifier to a customer. */
export interface KeyAssignment {
  /** One per key of the ring, the writing key first. */
  readonly hashes: readonly string[];
  readonly customerId: string;
}

/** Maps an identifier to the id it got at its first attempt. No other personal data is stored before proof. */
export abstract class RegistrationKeys {
  /** @param hashes of the identifier, one per key of the ring, the writing key first */
  abstract find(hashes: readonly string[]): Promise<RegistrationKey | null>;
  /**
   * Locks the key for this unit of work and increments its event count. Creates a missing key with the proposed id. Replaces the
   * lost id with the proposed one.
   */
  abstract lockAndIncrement(
    hashes: readonly string[],
    proposedId: string,
    lostId: string | null,
  ): Promise<RegistrationKey>;
  /** Locks the key for this unit of work and marks its identifier as proven. */
  abstract lockAndMarkProven(hashes: readonly string[]): Promise<RegistrationKey | null>;
  /**
   * Locks the key for this unit of work, assigns it to the new owner of the identifier and marks it as proven. Creates a missing
   * key. An id that was assigned before continues its event count.
   */
  abstract assign(hashes: readonly string[], customerId: string): Promise<void>;
  /**
   * Assigns many identifiers at once, each at most once.
   * @returns the assignments whose key existed before; they may have pending attempts
   */
  abstract assignAll(assignments: readonly KeyAssignment[]): Promise<readonly KeyAssignment[]>;
  /**
   * Locks the key for this unit of work and assigns it a fresh id, because the identifier no longer has an owner. Creates a
   * missing key.
   */
  abstract reassign(hashes: readonly string[], freshId: string): Promise<void>;
  /**
   * Deletes the data of a customer who had this identifier: the key, unless a new registration has started since, and the event
   * count of the id. Runs in the caller's unit of work.
   */
  abstract forgetCustomer(hashes: readonly string[], customerId: string): Promise<void>;
}

/** Protects the passwords of attempts: a tag for lookup and a seal for decryption. */
export abstract class AttemptSecrets {
  /**
   * The same password of the same identifier has the same tag. Without the keys a tag reveals nothing. 64 hex characters, one
   * tag per key of the ring, the writing key first.
   */
  abstract computeTags(identifierHash: string, preHash: PreHash): readonly [string, ...string[]];
  /** AES-256-GCM, bound to the attempt. */
  abstract seal(preHash: PreHash, attemptId: string): string;
  abstract open(sealed: string, attemptId: string): PreHash;
  /** Two unambiguous characters. */
  abstract createReference(): string;
}

/** Composes messages. They never contain user input. */
export abstract class RegistrationMessages {
  abstract composeCode(attempt: AttemptState, digits: string): OutgoingMessage;
  /** Addresses the owner of a registered identifier. */
  abstract composeAlreadyRegistered(attempt: AttemptState): OutgoingMessage;
}

/** Settings of registration. */
export abstract class RegistrationSettings {
  abstract readonly codeLength: number;
  abstract readonly codeTtlSeconds: number;
  abstract readonly attemptTtlSeconds: number;
  /** Base URL of the service for browsers. */
  abstract readonly publicUrl: string;
  abstract readonly registrationDisclosure: 'conceal' | 'reveal';
  /** ISO 3166-1 alpha-2 */
  abstract readonly defaultMarket: string;
  abstract readonly smsCountries: readonly string[];
}

/** Seconds between two codes of one attempt. */
export const RESEND_AFTER_SECONDS = 60;

/** Outcome of an external verification. */
export type VerificationOutcome =
  /** A customer was created, with the password of the attempt. */
  | 'admitted'
  /** A customer was created without a password. */
  | 'admitted_without_password'
  /** The identifier already belongs to a customer. */
  | 'known'
  /** The identifier has no live attempt with this id. */
  | 'unknown'
  /** The attempt was created after the stated verification. */
  | 'attempt_too_young'
  /** `verifiedAt` lies in the future. */
  | 'in_the_future'
  /** The identifier may have changed owners since. */
  | 'too_old';

/** Reports outcomes of verifications to operators as a metric and as a log line without the identifier. */
export abstract class VerificationOutcomeRecorder {
  /** @param masked the masked identifier */
  abstract recordOutcome(outcome: VerificationOutcome, masked: string): void;
}
