import type { IdentifierHasher } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import type { IdentifierHashes } from '../ports.js';

/** Under the key that writes first; none of a customer who is deleted. */
export function identifierHashesOf(customer: Customer, hasher: IdentifierHasher): IdentifierHashes {
  const hashOf = (kind: 'email' | 'phone') => {
    const identifier = customer.identifiers.find((one) => one.kind === kind);
    return identifier ? hasher.hash(identifier) : null;
  };
  return { email: hashOf('email'), phone: hashOf('phone') };
}
