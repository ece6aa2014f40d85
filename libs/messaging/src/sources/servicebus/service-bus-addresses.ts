import type { Arrival } from '#kernel';
import { addressOf } from '../../publishers/servicebus/amqp-connection.js';

const INBOUND_TOPIC = 'foyer.inbound';

/** The path of `SERVICEBUS_URL` names the topic of Foyer's own events. */
export const topicAddress = (url: URL, arrival: Arrival): string =>
  arrival === 'inbound' ? INBOUND_TOPIC : addressOf(url);

/** The topic subscription has the name of the queue. */
export const subscriptionAddress = (
  url: URL,
  { arrival, queue }: { readonly arrival: Arrival; readonly queue: string },
): string => `${topicAddress(url, arrival)}/Subscriptions/${queue}`;

/** Senders may use text instead of data. */
export function readMessageBody(body: unknown): Uint8Array {
  const content: unknown = (body as { content?: unknown } | undefined)?.content ?? body;
  if (Buffer.isBuffer(content)) return content;
  return Buffer.from(typeof content === 'string' ? content : '');
}
