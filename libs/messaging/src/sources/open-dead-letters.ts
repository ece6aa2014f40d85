import type { Settings } from '#platform/config';
import type { DeadLetters } from './dead-letters.js';
import { KafkaDeadLetters } from './kafka/kafka-dead-letters.js';
import { RabbitMqDeadLetters } from './rabbitmq/rabbitmq-dead-letters.js';
import { ServiceBusDeadLetters } from './servicebus/service-bus-dead-letters.js';

type EventSourceName = Settings['eventSources'][number];

/** Opens the dead letters of a source; null if the source stores none. */
export function openDeadLetters(source: EventSourceName, settings: Settings): DeadLetters | null {
  const { rabbitmqUrl, kafka, servicebusUrl } = settings;
  if (source === 'rabbitmq' && rabbitmqUrl) return new RabbitMqDeadLetters(rabbitmqUrl);
  if (source === 'kafka' && kafka) return new KafkaDeadLetters(kafka);
  if (source === 'servicebus' && servicebusUrl) return new ServiceBusDeadLetters(servicebusUrl);
  return null;
}
