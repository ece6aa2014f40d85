import type { Customer } from '../domain/customer.js';

export interface Holder {
  readonly id: string;
  readonly attemptId: string;
}

export interface Found {
  readonly holder: Holder | null;
  readonly bearer: Holder | null;
}

/** Customers, living and gone. */
export abstract class Customers {
  /**
   * @param identifierHash of its e-mail address or phone number
   * @throws IdentifierTaken
   */
  abstract add(customer: Customer, identifierHash: string): Promise<void>;
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
