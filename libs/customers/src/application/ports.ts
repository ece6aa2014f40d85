import type { Customer } from '../domain/customer.js';

export interface CustomerReference {
  readonly id: string;
  readonly attemptId: string;
}

export interface CustomerLookup {
  readonly holder: CustomerReference | null;
  readonly idHolder: CustomerReference | null;
}

/** Hashes of the unique values of a customer. Null releases a value; an absent one does not change. */
export interface IdentifierHashes {
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Set for a confirmed document only. */
  readonly document?: string | null;
}

/** Stores customers, including deleted ones. */
export abstract class Customers {
  /** @throws IdentifierTaken */
  abstract add(customer: Customer, hashes: IdentifierHashes): Promise<void>;
  /** Includes deleted customers. */
  abstract findById(id: string): Promise<Customer | null>;
  /**
   * Compare-and-set by version. Returns false after a concurrent write.
   * @throws IdentifierTaken, DocumentTaken
   */
  abstract replace(before: Customer, after: Customer, hashes?: IdentifierHashes): Promise<boolean>;
  /**
   * Looks up the current holder of an identifier and the present or past holder of an id in a single query.
   * @param hashes one per key of the key ring
   */
  abstract lookUpHolders(
    kind: keyof IdentifierHashes,
    hashes: readonly string[],
    id: string | null,
  ): Promise<CustomerLookup>;
}

/** The settings of this module. */
export abstract class CustomerSettings {
  /** ISO 3166-1 alpha-2 */
  abstract readonly defaultMarket: string;
}
