import type { Customer } from '../domain/customer.js';

export interface CustomerReference {
  readonly id: string;
  readonly attemptId: string;
}

export interface CustomerLookup {
  readonly holder: CustomerReference | null;
  readonly idHolder: CustomerReference | null;
}

/** Of what a customer alone has from now on; null frees one, and what is not named stays as it is. */
export interface IdentifierHashes {
  readonly email?: string | null;
  readonly phone?: string | null;
  /** Of a confirmed document. */
  readonly document?: string | null;
}

/** Customers, living and gone. */
export abstract class Customers {
  /** @throws IdentifierTaken */
  abstract add(customer: Customer, hashes: IdentifierHashes): Promise<void>;
  /** Living or deleted. */
  abstract findById(id: string): Promise<Customer | null>;
  /**
   * Compare and set: false when somebody else has written meanwhile.
   * @throws IdentifierTaken, DocumentTaken
   */
  abstract replace(before: Customer, after: Customer, hashes?: IdentifierHashes): Promise<boolean>;
  /**
   * Who holds this identifier now, and who has, or had, this id: one look, whoever there is.
   * @param hashes one per key of the ring
   */
  abstract lookUpHolders(
    kind: keyof IdentifierHashes,
    hashes: readonly string[],
    id: string | null,
  ): Promise<CustomerLookup>;
}

/** The settings that customers know. */
export abstract class CustomerSettings {
  /** ISO 3166-1 alpha-2 */
  abstract readonly defaultMarket: string;
}
