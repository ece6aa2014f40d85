import type { Customer } from '../domain/customer.js';
import type { IdentifierHashes } from './ports.js';

export interface Hashed {
  readonly customer: Customer;
  readonly hashes: IdentifierHashes;
}

/** Customers, many at a time. */
export abstract class CustomerCrowds {
  /** Living and deleted ones of these ids. */
  abstract byIds(ids: readonly string[]): Promise<readonly Customer[]>;
  /** Those of these hashes that are a living customer's. */
  abstract held(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * In the caller's unit of work, which has to be given up when it throws.
   * @throws IdentifierTaken when somebody else got one of the identifiers, or ids, at this instant
   */
  abstract addAll(crowd: readonly Hashed[]): Promise<void>;
}
