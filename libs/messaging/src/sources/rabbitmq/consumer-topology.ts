import type { Channel } from 'amqplib';
import type { Arrival } from '#kernel';
import { declareEventTopology, EVENTS_EXCHANGE } from '../../publishers/rabbitmq/event-topology.js';
import type { Subscription } from '../event-source.js';

/** Writers to this exchange can vouch for customers, so it needs a permission separate from reading events. */
export const INBOUND_EXCHANGE = 'foyer.inbound';
const EXCHANGE_BY_ARRIVAL: Readonly<Record<Arrival, string>> = { events: EVENTS_EXCHANGE, inbound: INBOUND_EXCHANGE };

export const retryQueueName = (queue: string): string => `${queue}.retry`;
export const deadLetterQueueName = (queue: string): string => `${queue}.dead`;

/** Deliveries of a message whose consumer is lost each time, before the broker dead-letters it. */
const DELIVERY_LIMIT = 5;
/** Listing dead letters counts as a delivery, and newer brokers have a default limit. */
const UNLIMITED_DELIVERIES = 1_000_000_000;
const QUORUM_QUEUE = { 'x-queue-type': 'quorum' };

/** At-least-once dead-lettering: the broker moves messages with confirms. It requires the overflow `reject-publish`. */
const deadLetterArguments = (queue: string) => ({
  ...QUORUM_QUEUE,
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
});

/**
 * Declares the queue, its retry queue and its dead-letter queue. Runs whenever a channel is opened, which recreates a deleted
 * queue. To change an argument, use a new queue name.
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
