import type { Role } from './domain/subject.js';

export type { Role };

/** A password after its keyed pre-hash. What the expensive hash is made of; never stored as it is. */
export interface PreHash {
  /** Names the pepper. */
  readonly kid: string;
  /** base64(HMAC-SHA-384(pepper, NFC(password))), 64 ASCII characters. */
  readonly value: string;
}

export interface NewSubject {
  readonly customerId: string;
  readonly identifierHash: string;
  /** From `hash`; null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly roles: readonly Role[];
}

/** Who may sign in, and with what. auth knows no customer, only the id of one. */
export abstract class Credentials {
  /** Under every pepper, the one that writes first. Cheap: microseconds. */
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /**
   * The expensive hash of a credential, at full cost. Outside of any transaction.
   * @throws HashingBusy
   */
  abstract hash(preHash: PreHash): Promise<string>;
  /** Inside the caller's unit of work. */
  abstract enrol(subject: NewSubject): Promise<void>;
}
