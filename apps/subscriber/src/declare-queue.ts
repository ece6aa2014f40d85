import type { Channel } from 'amqplib';

const EXCHANGE = 'foyer.events';
// The broker refuses an exchange that is declared in any other way than the publisher does.
const EXCHANGE_OPTIONS = { durable: true, alternateExchange: 'foyer.events.unrouted' };
const QUORUM_QUEUE = { 'x-queue-type': 'quorum' };
const DELIVERY_LIMIT = 5;

/**
 * A durable queue of our own, which keeps what comes while we are away, and beside it one for what we cannot read. Quorum
 * queues stand on several nodes, and give a message up that was tried too often.
 */
export async function declareQueue(channel: Channel, queue: string, patterns: readonly string[]): Promise<void> {
  const deadLetterQueue = `${queue}.dead`;
  await channel.assertExchange(EXCHANGE, 'topic', EXCHANGE_OPTIONS);
  await channel.assertQueue(deadLetterQueue, { durable: true, arguments: QUORUM_QUEUE });
  await channel.assertQueue(queue, {
    durable: true,
    deadLetterExchange: '',
    deadLetterRoutingKey: deadLetterQueue,
    arguments: { ...QUORUM_QUEUE, 'x-delivery-limit': DELIVERY_LIMIT },
  });
  for (const pattern of patterns) await channel.bindQueue(queue, EXCHANGE, pattern);
}
