import { type KafkaSettings, readKafka } from './kafka.js';
import type { Reader } from './reader.js';
import { readS3, type S3Settings } from './s3.js';
import { readAnalytics, readWebhook, type WebhookSettings } from './webhook.js';

const PUBLISHERS = ['memory', 'rabbitmq', 'kafka', 's3', 'servicebus', 'webhook'] as const;
export type PublisherName = (typeof PUBLISHERS)[number];

const SOURCES = ['memory', 'rabbitmq', 'kafka', 'servicebus'] as const satisfies readonly PublisherName[];
export type SourceName = (typeof SOURCES)[number];

/** Where events go, and where they come from. What is named must be told where its other side is. */
export interface Transports {
  readonly rabbitmqUrl: string | undefined;
  readonly kafka: KafkaSettings | undefined;
  readonly s3: S3Settings | undefined;
  readonly servicebusUrl: string | undefined;
  readonly webhook: WebhookSettings | undefined;
  /** Told of few events, beside the publishers. */
  readonly analytics: WebhookSettings | undefined;
  readonly eventPublishers: readonly PublisherName[];
  readonly eventSources: readonly SourceName[];
}

export function readTransports(read: Reader): Transports {
  return {
    rabbitmqUrl: read.url('RABBITMQ_URL', ['amqp', 'amqps']),
    kafka: readKafka(read),
    s3: readS3(read),
    servicebusUrl: readServiceBus(read),
    webhook: readWebhook(read),
    analytics: readAnalytics(read),
    eventPublishers: readNames(read, 'EVENT_PUBLISHERS', PUBLISHERS),
    eventSources: readNames(read, 'EVENT_SOURCES', SOURCES),
  };
}

const NEEDS: Readonly<Record<PublisherName, readonly string[]>> = {
  memory: [],
  rabbitmq: ['RABBITMQ_URL'],
  kafka: ['KAFKA_BROKERS'],
  s3: ['S3_BUCKET'],
  servicebus: ['SERVICEBUS_URL'],
  webhook: ['WEBHOOK_URL', 'WEBHOOK_SECRET'],
};

function readNames<T extends PublisherName>(
  read: Reader,
  setting: string,
  all: readonly (T | 'memory' | 'rabbitmq')[],
): readonly (T | 'memory' | 'rabbitmq')[] {
  const named = read.list(setting);
  const known = all.filter((name) => named.includes(name));
  if (!named.every((name) => all.some((one) => one === name)))
    read.refuse(setting, `may name ${all.join(', ')}, separated by commas`);
  for (const needed of known.flatMap((name) => NEEDS[name])) {
    if (read.text(needed) === undefined) read.refuse(needed, `is needed by ${setting}`);
  }
  if (known.length > 0) return known;
  return [read.text('RABBITMQ_URL') === undefined ? 'memory' : 'rabbitmq'];
}

function readServiceBus(read: Reader): string | undefined {
  const url = read.url('SERVICEBUS_URL', ['amqps', 'amqp']);
  if (url !== undefined && !/^\/.*[^/]/.test(new URL(url).pathname))
    read.refuse('SERVICEBUS_URL', 'must name a queue or topic in its path');
  return url;
}
