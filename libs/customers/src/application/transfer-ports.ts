import type { Customer } from '../domain/customer.js';
import type { IdentifierHashes } from './ports.js';

export interface HashedCustomer {
  readonly customer: Customer;
  readonly hashes: IdentifierHashes;
}

/** Customers, many at a time. */
export abstract class CustomerBatches {
  /** Living and deleted ones of these ids. */
  abstract findByIds(ids: readonly string[]): Promise<readonly Customer[]>;
  /** Those of these hashes that are a living customer's. */
  abstract findTakenHashes(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * In the caller's unit of work, which has to be given up when it throws.
   * @throws IdentifierTaken when somebody else got one of the identifiers, or ids, at this instant
   */
  abstract addAll(customers: readonly HashedCustomer[]): Promise<void>;
}
