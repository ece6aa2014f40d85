import { randomUUID } from 'node:crypto';
import { parseIdentifier } from '#kernel';
import type { PendingIdentifierChange } from '../domain/pending-identifier-change.js';

/** Builds a pending change with a unique customer and identifier. */
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
