import type { Arrival } from '#kernel';
import { addressIn } from '../../publishers/servicebus/amqp-connection.js';

const INBOUND = 'foyer.inbound';

/** The topic of our own events is named by the path of `SERVICEBUS_URL`. */
export const topicOf = (url: URL, arrival: Arrival): string => (arrival === 'inbound' ? INBOUND : addressIn(url));

/** A subscription of a topic has the name of its queue. */
export const subscriptionOf = (
  url: URL,
  { arrival, queue }: { readonly arrival: Arrival; readonly queue: string },
): string => `${topicOf(url, arrival)}/Subscriptions/${queue}`;

/** Others may send text instead of data. */
export function bodyOf(body: unknown): Uint8Array {
  const content: unknown = (body as { content?: unknown } | undefined)?.content ?? body;
  if (Buffer.isBuffer(content)) return content;
  return Buffer.from(typeof content === 'string' ? content : '');
}
