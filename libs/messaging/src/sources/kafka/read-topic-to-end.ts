import { randomUUID } from 'node:crypto';
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { withTimeout } from '#platform/async';
import { type KafkaSettings } from '#platform/config';
import { createKafkaClient } from '../../publishers/kafka/create-kafka-client.js';

const CALL_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 60_000;

/** A record and its position in the topic: `<partition>/<offset>`. */
export interface PositionedRecord {
  readonly position: string;
  readonly record: KafkaMessage;
}

/**
 * Reads all current records of a topic, in order per partition. The client reads only as a consumer group, so this uses a
 * temporary group that commits nothing.
 * @param sessionMs how long the group outlives a process that ends while reading
 * @throws Error if the cluster is unavailable, the topic does not exist, or reading takes longer than a minute
 */
export async function readTopicToEnd(
  settings: KafkaSettings,
  topic: string,
  sessionMs: number,
): Promise<readonly PositionedRecord[]> {
  const { kafka } = await createKafkaClient(settings);
  const remainingEnds = await fetchEndOffsets(kafka, topic);
  const found: PositionedRecord[] = [];
  if (remainingEnds.size === 0) return found;
  const groupId = `foyer.dead-letters.${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionMs,
    heartbeatInterval: sessionMs / 3,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
    retry: { retries: 5 },
  });
  try {
    await withTimeout(CALL_TIMEOUT_MS, consumer.connect());
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const read = new Promise<void>((resolve, reject) => {
      const eachBatch = async ({ batch }: EachBatchPayload) => {
        for (const record of batch.messages) found.push({ position: `${batch.partition}/${record.offset}`, record });
        if (BigInt(batch.lastOffset()) + 1n >= (remainingEnds.get(batch.partition) ?? 0n))
          remainingEnds.delete(batch.partition);
        if (remainingEnds.size === 0) resolve();
      };
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
    await withTimeout(READ_TIMEOUT_MS, read);
  } finally {
    await withTimeout(CALL_TIMEOUT_MS, consumer.disconnect()).catch(() => undefined);
  }
  return found;
}

/** The offset after the last record of each non-empty partition. */
async function fetchEndOffsets(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await withTimeout(CALL_TIMEOUT_MS, admin.connect());
    const offsets = await withTimeout(CALL_TIMEOUT_MS, admin.fetchTopicOffsets(topic));
    const nonEmpty = offsets.filter(({ low, high }) => BigInt(high) > BigInt(low));
    return new Map(nonEmpty.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await withTimeout(CALL_TIMEOUT_MS, admin.disconnect()).catch(() => undefined);
  }
}
