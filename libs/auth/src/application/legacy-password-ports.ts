/** Seals hashes of another system for storage, so that a stolen database alone does not allow guessing passwords. */
export abstract class LegacyHashSealer {
  /** The sealed hash has at most 500 characters and is bound to the customer. */
  abstract seal(hash: string, customerId: string): string;
  /** Undefined for native hashes, and for sealed hashes whose key is no longer in the ring. */
  abstract open(credential: string, customerId: string): string | undefined;
}

/** Whether legacy password hashes were ever imported. Stored in the database, so that every replica knows. */
export abstract class LegacyHashFlag {
  /** Runs in the caller's unit of work. */
  abstract set(): Promise<void>;
  abstract isSet(): Promise<boolean>;
}
