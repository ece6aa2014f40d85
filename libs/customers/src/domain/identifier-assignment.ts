import type { Identifier } from '#kernel';
import type { Customer } from './customer.js';

/** An identifier that gets a new holder. */
export interface IdentifierAssignment {
  readonly identifier: Identifier;
  /** The new holder; null when the identifier is released. */
  readonly holderId: string | null;
}

/** Returns the identifiers that a change assigns and releases. */
export function assignmentsBetween(before: Customer | null, after: Customer): readonly IdentifierAssignment[] {
  const [previous, current] = [identifiersByKey(before), identifiersByKey(after)];
  const released = [...previous]
    .filter(([key]) => !current.has(key))
    .map(([, identifier]) => ({ identifier, holderId: null }));
  const assigned = [...current]
    .filter(([key]) => !previous.has(key))
    .map(([, identifier]) => ({ identifier, holderId: after.id }));
  return [...released, ...assigned];
}

const identifiersByKey = (customer: Customer | null): ReadonlyMap<string, Identifier> =>
  new Map(customer?.identifiers.map((identifier) => [identifier.key, identifier]));
