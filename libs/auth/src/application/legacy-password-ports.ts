/** Hashes of another system as they lie in the database: sealed, so that who steals it alone can try no password on them. */
export abstract class LegacyHashSealer {
  /** At most 500 characters, bound to the customer. */
  abstract seal(hash: string, customerId: string): string;
  /** Undefined for what we have hashed ourselves, and for what cannot be opened any more. */
  abstract open(credential: string, customerId: string): string | undefined;
}

/** Whether passwords that another system has hashed were ever taken over. In the database, because every replica must know. */
export abstract class LegacyHashFlag {
  /** In the caller's unit of work. */
  abstract set(): Promise<void>;
  abstract isSet(): Promise<boolean>;
}
