import type { Customer } from '../domain/customer.js';

export interface Holder {
  readonly id: string;
  readonly attemptId: string;
}

/** Customers, living and gone. */
export abstract class Customers {
  /**
   * @param identifierHash of its e-mail address or phone number
   * @throws IdentifierTaken
   */
  abstract add(customer: Customer, identifierHash: string): Promise<void>;
  /** Who holds this identifier. @param hashes one per key of the ring */
  abstract holderOf(kind: 'email' | 'phone', hashes: readonly string[]): Promise<Holder | null>;
  /** Who has, or had, this id. */
  abstract bearerOf(id: string): Promise<Holder | null>;
}
