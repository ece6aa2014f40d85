import type { Customer } from '../domain/customer.js';

export interface Holder {
  readonly id: string;
  readonly attemptId: string;
}

export interface Found {
  readonly holder: Holder | null;
  readonly bearer: Holder | null;
}

export interface IdentifierHashes {
  readonly email: string | null;
  readonly phone: string | null;
}

/** Customers, living and gone. */
export abstract class Customers {
  /**
   * @param identifierHash of its e-mail address or phone number
   * @throws IdentifierTaken
   */
  abstract add(customer: Customer, identifierHash: string): Promise<void>;
  /** Living or deleted. */
  abstract byId(id: string): Promise<Customer | null>;
  /**
   * Compare and set: false when somebody else has written meanwhile.
   * @param hashes of the identifiers from now on; null frees one. Without them they stay as they are
   * @throws IdentifierTaken
   */
  abstract replace(before: Customer, after: Customer, hashes?: IdentifierHashes): Promise<boolean>;
  /**
   * Who holds this identifier now, and who has, or had, this id: one look, whoever there is.
   * @param hashes one per key of the ring
   */
  abstract lookUp(kind: 'email' | 'phone', hashes: readonly string[], id: string | null): Promise<Found>;
}

/** The settings that customers know. */
export abstract class CustomerRules {
  /** ISO 3166-1 alpha-2 */
  abstract readonly defaultMarket: string;
}
