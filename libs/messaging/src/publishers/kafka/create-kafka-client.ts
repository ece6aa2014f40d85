import type { ICustomPartitioner, Kafka, KafkaConfig } from 'kafkajs';
import type { KafkaSettings } from '#platform/config';

const REQUEST_TIMEOUT_MS = 4_000;

/** The relay retries, not the client. The publisher reports errors, so the client logs nothing. */
export async function createKafkaClient(
  settings: KafkaSettings,
): Promise<{ readonly kafka: Kafka; readonly createPartitioner: ICustomPartitioner }> {
  const { default: kafkajs } = await import('kafkajs');
  const { brokers, tls, login } = settings;
  const config: KafkaConfig = {
    clientId: 'foyer',
    brokers: [...brokers],
    ssl: tls,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
    // The client's types have one object per mechanism, with the same members.
    ...(login === undefined ? {} : { sasl: { ...login } as NonNullable<KafkaConfig['sasl']> }),
  };
  return { kafka: new kafkajs.Kafka(config), createPartitioner: kafkajs.Partitioners.DefaultPartitioner };
}
