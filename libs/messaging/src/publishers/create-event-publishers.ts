import type { Clock } from '#kernel';
import type { EventPublisherName, Settings } from '#platform/config';
import type { Log } from '#platform/observability';
import { AnalyticsEventPublisher } from './analytics/analytics-event-publisher.js';
import type { EventPublisher, EventPublishers } from './event-publisher.js';
import { KafkaEventPublisher } from './kafka/kafka-event-publisher.js';
import type { InMemoryEventPublisher } from './memory/in-memory-event-publisher.js';
import { RabbitMqEventPublisher } from './rabbitmq/rabbitmq-event-publisher.js';
import { S3EventPublisher } from './s3/s3-event-publisher.js';
import { ServiceBusEventPublisher } from './servicebus/service-bus-event-publisher.js';
import { WebhookEventPublisher } from './webhook/webhook-event-publisher.js';

/** Creates the publishers of `EVENT_PUBLISHERS`, and analytics. Each loads its client and connects on first use. */
export function createEventPublishers(
  settings: Settings,
  log: Log,
  clock: Clock,
  memory: InMemoryEventPublisher,
): EventPublishers {
  const factories: Record<EventPublisherName, () => EventPublisher> = {
    memory: () => memory,
    rabbitmq: () => new RabbitMqEventPublisher(requireSetting(settings.rabbitmqUrl), log),
    kafka: () => new KafkaEventPublisher(requireSetting(settings.kafka), log),
    s3: () => new S3EventPublisher(requireSetting(settings.s3)),
    servicebus: () => new ServiceBusEventPublisher(requireSetting(settings.servicebusUrl), log),
    webhook: () => new WebhookEventPublisher(requireSetting(settings.webhook), clock),
  };
  const analytics = settings.analytics ? [new AnalyticsEventPublisher(settings.analytics, clock)] : [];
  return { all: [...settings.eventPublishers.map((name) => factories[name]()), ...analytics] };
}

/** `Settings` rejects a publisher or source without its settings, so this error is a bug. */
export function requireSetting<T>(setting: T | undefined): T {
  if (setting === undefined) throw new Error('an event publisher or source has no settings');
  return setting;
}
