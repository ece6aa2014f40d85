import type { IdentifierHasher } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import type { IdentifierHashes } from '../ports.js';

/** Hashes the identifiers under the current key. A deleted customer has none. */
export function identifierHashesOf(customer: Customer, hasher: IdentifierHasher): IdentifierHashes {
  const hashOf = (kind: 'email' | 'phone') => {
    const identifier = customer.identifiers.find((candidate) => candidate.kind === kind);
    return identifier ? hasher.hash(identifier) : null;
  };
  return { email: hashOf('email'), phone: hashOf('phone') };
}
