import { type EventEnvelope, PermanentPublishError } from '../event-publisher.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TYPE = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/;

/**
 * `events/<type>/<subject>/<sequence>-<id>.json`
 * @throws RefusedForGood for what could lead elsewhere
 */
export function objectKeyOf({ id, type, subject, sequence }: EventEnvelope): string {
  if (!UUID.test(id) || !UUID.test(subject) || !TYPE.test(type))
    throw new PermanentPublishError('no name for an object');
  return `events/${type}/${subject}/${sequence}-${id}.json`;
}
