import { type EventEnvelope, PermanentPublishError } from '../event-publisher.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TYPE = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/;

/**
 * `events/<type>/<subject>/<sequence>-<id>.json`
 * @throws PermanentPublishError for an id, subject or type that could change the path
 */
export function objectKeyOf({ id, type, subject, sequence }: EventEnvelope): string {
  if (!UUID.test(id) || !UUID.test(subject) || !TYPE.test(type))
    throw new PermanentPublishError('the id, subject or type is not valid in an object key');
  return `events/${type}/${subject}/${sequence}-${id}.json`;
}
