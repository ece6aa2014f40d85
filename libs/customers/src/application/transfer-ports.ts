import type { Customer } from '../domain/customer.js';
import type { IdentifierHashes } from './ports.js';

export interface HashedCustomer {
  readonly customer: Customer;
  readonly hashes: IdentifierHashes;
}

/** Reads and stores many customers at a time. */
export abstract class CustomerBatches {
  /** Includes deleted customers. */
  abstract findByIds(ids: readonly string[]): Promise<readonly Customer[]>;
  /** Returns the hashes that belong to a customer who is not deleted. */
  abstract findTakenHashes(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Joins the caller's unit of work, which must be rolled back when this throws.
   * @throws IdentifierTaken when a concurrent request took one of the identifiers or ids
   */
  abstract addAll(customers: readonly HashedCustomer[]): Promise<void>;
}
