import type { Job } from '#notifications';
import type { AttemptKey } from '../../domain/registration-attempt.js';

export const PUBLISH_CODE_SENT = 'registration.code_sent';

/** The job that is enqueued when the message with a code is accepted. @param eventId id of the event, the same for every try */
export const codeSentJob = ({ identifierHash, tag }: AttemptKey, eventId: string): Job => ({
  kind: PUBLISH_CODE_SENT,
  reference: `${identifierHash}.${tag}.${eventId}`,
});

export function parseCodeSentReference(reference: string): { readonly key: AttemptKey; readonly eventId: string } {
  const [identifierHash = '', tag = '', eventId = ''] = reference.split('.');
  return { key: { identifierHash, tag }, eventId };
}
