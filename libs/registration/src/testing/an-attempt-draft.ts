import { randomUUID } from 'node:crypto';
import type { AttemptDraft } from '../domain/registration-attempt.js';

export const hex = (): string => randomUUID().replaceAll('-', '').repeat(2);

/** A draft with a unique identifier and password. */
export function aDraft(changes: Partial<AttemptDraft> = {}): AttemptDraft {
  return {
    identifierHash: hex(),
    tag: hex(),
    attemptId: randomUUID(),
    provisional: false,
    customerId: randomUUID(),
    recipient: 'mia@example.org',
    profile: { firstName: 'Mia', lastName: null, market: 'US', locale: 'en' },
    sealedPreHash: '0.sealed',
    reference: 'K7',
    decoy: false,
    source: '192.0.2.7',
    ...changes,
  };
}
