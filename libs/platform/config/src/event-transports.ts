import { type KafkaSettings, readKafka } from './kafka.js';
import { readS3, type S3Settings } from './s3.js';
import type { SettingsReader } from './settings-reader.js';
import { readAnalytics, readWebhook, type WebhookSettings } from './webhook.js';

const EVENT_PUBLISHERS = ['memory', 'rabbitmq', 'kafka', 's3', 'servicebus', 'webhook'] as const;
export type EventPublisherName = (typeof EVENT_PUBLISHERS)[number];

const EVENT_SOURCES = ['memory', 'rabbitmq', 'kafka', 'servicebus'] as const satisfies readonly EventPublisherName[];
export type EventSourceName = (typeof EVENT_SOURCES)[number];

/** Transports for publishing and consuming events. A transport that is listed needs its connection settings. */
export interface EventTransports {
  readonly rabbitmqUrl: string | undefined;
  readonly kafka: KafkaSettings | undefined;
  readonly s3: S3Settings | undefined;
  readonly servicebusUrl: string | undefined;
  readonly webhook: WebhookSettings | undefined;
  /** Receives selected events in addition to the publishers. */
  readonly analytics: WebhookSettings | undefined;
  readonly eventPublishers: readonly EventPublisherName[];
  readonly eventSources: readonly EventSourceName[];
}

export function readEventTransports(reader: SettingsReader): EventTransports {
  return {
    rabbitmqUrl: reader.url('RABBITMQ_URL', ['amqp', 'amqps']),
    kafka: readKafka(reader),
    s3: readS3(reader),
    servicebusUrl: readServiceBus(reader),
    webhook: readWebhook(reader),
    analytics: readAnalytics(reader),
    eventPublishers: readTransportNames(reader, 'EVENT_PUBLISHERS', EVENT_PUBLISHERS),
    eventSources: readTransportNames(reader, 'EVENT_SOURCES', EVENT_SOURCES),
  };
}

const REQUIRED_SETTINGS: Readonly<Record<EventPublisherName, readonly string[]>> = {
  memory: [],
  rabbitmq: ['RABBITMQ_URL'],
  kafka: ['KAFKA_BROKERS'],
  s3: ['S3_BUCKET'],
  servicebus: ['SERVICEBUS_URL'],
  webhook: ['WEBHOOK_URL', 'WEBHOOK_SECRET'],
};

function readTransportNames<T extends EventPublisherName>(
  read: SettingsReader,
  setting: string,
  all: readonly (T | 'memory' | 'rabbitmq')[],
): readonly (T | 'memory' | 'rabbitmq')[] {
  const named = read.list(setting);
  const known = all.filter((name) => named.includes(name));
  if (!named.every((name) => all.some((transport) => transport === name)))
    read.addProblem(setting, `may name ${all.join(', ')}, separated by commas`);
  for (const needed of known.flatMap((name) => REQUIRED_SETTINGS[name])) {
    if (read.text(needed) === undefined) read.addProblem(needed, `is needed by ${setting}`);
  }
  if (known.length > 0) return known;
  return [read.text('RABBITMQ_URL') === undefined ? 'memory' : 'rabbitmq'];
}

function readServiceBus(read: SettingsReader): string | undefined {
  const url = read.url('SERVICEBUS_URL', ['amqps', 'amqp']);
  if (url !== undefined && !/^\/.*[^/]/.test(new URL(url).pathname))
    read.addProblem('SERVICEBUS_URL', 'must name a queue or topic in its path');
  return url;
}
