import type { Channel } from 'amqplib';

export const EVENTS = 'foyer.events';
const UNROUTED = 'foyer.events.unrouted';
const UNROUTED_QUEUE = 'foyer.unrouted';
const KEEP_MS = 14 * 24 * 3600 * 1000;

/**
 * The exchange that subscribers bind to. What no queue is bound for goes, by the alternate exchange, to a queue of our own
 * for 14 days: nothing is dropped before the first subscriber has come, and nothing blocks those who have.
 */
export async function declareTopology(channel: Channel): Promise<void> {
  await channel.assertExchange(UNROUTED, 'fanout', { durable: true });
  await channel.assertQueue(UNROUTED_QUEUE, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': KEEP_MS },
  });
  await channel.bindQueue(UNROUTED_QUEUE, UNROUTED, '');
  await channel.assertExchange(EVENTS, 'topic', { durable: true, alternateExchange: UNROUTED });
}
