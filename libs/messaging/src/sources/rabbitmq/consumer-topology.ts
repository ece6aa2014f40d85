import type { Channel } from 'amqplib';
import type { Arrival } from '#kernel';
import { declareEventTopology, EVENTS_EXCHANGE } from '../../publishers/rabbitmq/event-topology.js';
import type { Subscription } from '../event-source.js';

/** Who may write here may vouch for people: a right of its own, apart from that to hear events. */
export const INBOUND_EXCHANGE = 'foyer.inbound';
const EXCHANGE_BY_ARRIVAL: Readonly<Record<Arrival, string>> = { events: EVENTS_EXCHANGE, inbound: INBOUND_EXCHANGE };

export const retryQueueName = (queue: string): string => `${queue}.retry`;
export const deadLetterQueueName = (queue: string): string => `${queue}.dead`;

/** How often a message may be lost with its consumer before it is taken for the reason. */
const DELIVERY_LIMIT = 5;
/** Looking at dead letters counts as a delivery; newer brokers have a limit of their own otherwise. */
const UNLIMITED_DELIVERIES = 1_000_000_000;
const QUORUM_QUEUE = { 'x-queue-type': 'quorum' };

/** What leaves the queue by itself is moved with confirms; the broker allows that only where nothing is dropped at the head. */
const deadLetterArguments = (queue: string) => ({
  ...QUORUM_QUEUE,
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
});

/**
 * The queue, where its messages wait for another try, and where they lie when there is none. Declared again whenever a channel
 * is opened, so that a queue somebody deleted comes back. Whoever changes an argument needs another name for the queue.
 */
export async function declareConsumerTopology(
  channel: Channel,
  { queue, arrival, types, ordered }: Subscription,
): Promise<void> {
  await declareEventTopology(channel);
  await channel.assertExchange(INBOUND_EXCHANGE, 'topic', { durable: true });
  const [retry, dead] = [retryQueueName(queue), deadLetterQueueName(queue)];
  await channel.assertQueue(dead, {
    durable: true,
    arguments: { ...QUORUM_QUEUE, 'x-delivery-limit': UNLIMITED_DELIVERIES },
  });
  await channel.assertQueue(queue, {
    durable: true,
    arguments: {
      ...deadLetterArguments(dead),
      'x-delivery-limit': DELIVERY_LIMIT,
      ...(ordered ? { 'x-single-active-consumer': true } : {}),
    },
  });
  await channel.assertQueue(retry, { durable: true, arguments: deadLetterArguments(queue) });
  for (const type of types) await channel.bindQueue(queue, EXCHANGE_BY_ARRIVAL[arrival], type);
}
