import type { CodeAddress } from '#codes';
import type { AttemptState } from '../../domain/registration-attempt.js';

/** A code is valid only for its own attempt, even among attempts of the same identifier. */
export const codeAddressOf = ({ identifierHash, attemptId }: AttemptState): CodeAddress => ({
  identifierHash,
  purpose: 'registration',
  subject: attemptId,
});
