import type { Channel } from 'amqplib';

export const EVENTS_EXCHANGE = 'foyer.events';
const UNROUTED_EXCHANGE = 'foyer.events.unrouted';
const UNROUTED_QUEUE = 'foyer.unrouted';
const UNROUTED_TTL_MS = 14 * 24 * 3600 * 1000;

/**
 * Declares the exchange that subscribers bind to. The alternate exchange keeps unrouted events in a queue for 14 days, so no
 * event is dropped before the first subscriber binds, and unrouted events do not block the others.
 */
export async function declareEventTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(UNROUTED_EXCHANGE, 'fanout', { durable: true });
  await channel.assertQueue(UNROUTED_QUEUE, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': UNROUTED_TTL_MS },
  });
  await channel.bindQueue(UNROUTED_QUEUE, UNROUTED_EXCHANGE, '');
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true, alternateExchange: UNROUTED_EXCHANGE });
}
