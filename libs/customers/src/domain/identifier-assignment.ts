import type { Identifier } from '#kernel';
import type { Customer } from './customer.js';

/** An identifier that changes hands. */
export interface IdentifierAssignment {
  readonly identifier: Identifier;
  /** Whose it is from now on; null: nobody's. */
  readonly holderId: string | null;
}

/** What the customer gets and what he gives up. */
export function assignmentsBetween(before: Customer | null, after: Customer): readonly IdentifierAssignment[] {
  const [had, has] = [identifiersByKey(before), identifiersByKey(after)];
  const lost = [...had].filter(([key]) => !has.has(key)).map(([, identifier]) => ({ identifier, holderId: null }));
  const got = [...has].filter(([key]) => !had.has(key)).map(([, identifier]) => ({ identifier, holderId: after.id }));
  return [...lost, ...got];
}

const identifiersByKey = (customer: Customer | null): ReadonlyMap<string, Identifier> =>
  new Map(customer?.identifiers.map((identifier) => [identifier.key, identifier]));
