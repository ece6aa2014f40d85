import { randomUUID } from 'node:crypto';
import { parseIdentifier } from '#kernel';
import type { PendingChange } from '../domain/identifier-change.js';

/** Of a customer, to an identifier, of his own. */
export function aPendingChange(changes: Partial<PendingChange> = {}): PendingChange {
  return {
    id: randomUUID(),
    customerId: randomUUID(),
    identifier: parseIdentifier(`${randomUUID()}@example.org`, 'US'),
    identifierHash: randomUUID().replaceAll('-', '').repeat(2),
    generation: 0,
    ...changes,
  };
}
