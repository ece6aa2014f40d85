import type { CodeAddress } from '#codes';
import type { AttemptState } from '../../domain/registration-attempt.js';

/** A code of one attempt is never good for another, although both are of the same identifier. */
export const codeAddressOf = ({ identifierHash, attemptId }: AttemptState): CodeAddress => ({
  identifierHash,
  purpose: 'registration',
  subject: attemptId,
});
