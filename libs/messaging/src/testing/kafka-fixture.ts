import { createRecordingLog } from '#platform/observability/testing';
import { startKafka } from '../../../../test/support/local-kafka.js';
import { createKafkaClient } from '../publishers/kafka/create-kafka-client.js';
import type { DeadLettersUnderTest } from '../sources/dead-letters.contract.js';
import { KafkaDeadLetters } from '../sources/kafka/kafka-dead-letters.js';
import { KafkaEventSource } from '../sources/kafka/kafka-event-source.js';

export const TOPICS = { events: 'foyer.events', inbound: 'foyer.inbound' } as const;
export const kafkaSettings = (port: number) => ({
  brokers: [`127.0.0.1:${port}`],
  topic: TOPICS.events,
  inboundTopic: TOPICS.inbound,
  tls: false,
  login: undefined,
});

/** The test cluster delays a group for almost a session and never ends a fetch early. */
export const TEST_TIMINGS = { sessionMs: 3_000, fetchMs: 50 };

/** A producer that writes records like an external system. */
export async function connectKafkaProducer(port: number) {
  const { kafka, createPartitioner } = await createKafkaClient(kafkaSettings(port));
  const producer = kafka.producer({ createPartitioner });
  await producer.connect();
  return producer;
}

export const openKafka = async (): Promise<DeadLettersUnderTest> => {
  const kafka = await startKafka();
  const writer = await connectKafkaProducer(kafka.port);
  return {
    durable: true,
    openDeadLetters: () => new KafkaDeadLetters(kafkaSettings(kafka.port), TEST_TIMINGS.sessionMs),
    open: () => new KafkaEventSource(kafkaSettings(kafka.port), createRecordingLog().log, TEST_TIMINGS),
    async send(arrival, { id, type, payload }) {
      // One partition, because Kafka guarantees order only per partition.
      const record = { partition: 0, key: id, value: payload, headers: { ce_id: id, ce_type: type } };
      await writer.send({ topic: TOPICS[arrival], messages: [record] });
    },
    async drop() {
      await writer.disconnect();
      await kafka.stop();
    },
  };
};
