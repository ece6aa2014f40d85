import { randomUUID } from 'node:crypto';
import { parseIdentifier } from '#kernel';
import type { PendingIdentifierChange } from '../domain/pending-identifier-change.js';

/** Of a customer, to an identifier, of his own. */
export function aPendingIdentifierChange(changes: Partial<PendingIdentifierChange> = {}): PendingIdentifierChange {
  return {
    id: randomUUID(),
    customerId: randomUUID(),
    identifier: parseIdentifier(`${randomUUID()}@example.org`, 'US'),
    identifierHash: randomUUID().replaceAll('-', '').repeat(2),
    generation: 0,
    ...changes,
  };
}
