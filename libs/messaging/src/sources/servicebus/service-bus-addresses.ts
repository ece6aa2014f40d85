import type { Arrival } from '#kernel';
import { addressOf } from '../../publishers/servicebus/amqp-connection.js';

const INBOUND_TOPIC = 'foyer.inbound';

/** The topic of our own events is named by the path of `SERVICEBUS_URL`. */
export const topicAddress = (url: URL, arrival: Arrival): string =>
  arrival === 'inbound' ? INBOUND_TOPIC : addressOf(url);

/** A subscription of a topic has the name of its queue. */
export const subscriptionAddress = (
  url: URL,
  { arrival, queue }: { readonly arrival: Arrival; readonly queue: string },
): string => `${topicAddress(url, arrival)}/Subscriptions/${queue}`;

/** Others may send text instead of data. */
export function readMessageBody(body: unknown): Uint8Array {
  const content: unknown = (body as { content?: unknown } | undefined)?.content ?? body;
  if (Buffer.isBuffer(content)) return content;
  return Buffer.from(typeof content === 'string' ? content : '');
}
