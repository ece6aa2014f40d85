import { randomUUID } from 'node:crypto';
import { parseIdentifier } from '#kernel';
import type { NewCustomer } from '../domain/customer.js';

/** Builds a new customer with a unique identifier. */
export function aNewCustomer(changes: Partial<NewCustomer> = {}): NewCustomer {
  const id = randomUUID();
  return {
    id,
    identifier: parseIdentifier(`${id}@example.org`, 'US'),
    firstName: 'Mia',
    lastName: null,
    market: 'US',
    locale: 'en',
    verifiedBy: 'code',
    attemptId: randomUUID(),
    credential: 'v2$0$hashed',
    ...changes,
  };
}
