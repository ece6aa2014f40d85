import type { Channel } from 'amqplib';

export const EVENTS_EXCHANGE = 'foyer.events';
const UNROUTED_EXCHANGE = 'foyer.events.unrouted';
const UNROUTED_QUEUE = 'foyer.unrouted';
const UNROUTED_TTL_MS = 14 * 24 * 3600 * 1000;

/**
 * The exchange that subscribers bind to. What no queue is bound for goes, by the alternate exchange, to a queue of our own
 * for 14 days: nothing is dropped before the first subscriber has come, and nothing blocks those who have.
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
