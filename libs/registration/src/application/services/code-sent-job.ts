import type { Job } from '#notifications';
import type { AttemptKey } from '../../domain/registration-attempt.js';

export const PUBLISH_CODE_SENT = 'registration.code_sent';

/** What is due as soon as the message with a code was accepted. @param eventId under which it is told, however often it is tried */
export const codeSentJob = ({ identifierHash, tag }: AttemptKey, eventId: string): Job => ({
  kind: PUBLISH_CODE_SENT,
  reference: `${identifierHash}.${tag}.${eventId}`,
});

export function parseCodeSentReference(reference: string): { readonly key: AttemptKey; readonly eventId: string } {
  const [identifierHash = '', tag = '', eventId = ''] = reference.split('.');
  return { key: { identifierHash, tag }, eventId };
}
