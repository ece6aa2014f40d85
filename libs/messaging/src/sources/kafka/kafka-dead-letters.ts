import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import { KafkaProducerConnection } from '../../publishers/kafka/kafka-producer-connection.js';
import { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from '../dead-letters.js';
import { type PositionedRecord, readTopicToEnd } from './read-topic-to-end.js';

const FOYER_HEADER_PREFIX = 'x-foyer-';
/** Marks another record, by its position, as replayed or dropped: Kafka cannot remove a single record. */
const SETTLED_HEADER = `${FOYER_HEADER_PREFIX}settled`;
const SESSION_TIMEOUT_MS = 6_000;

/**
 * Reads `<topic>.dead`. The id is `ce_id`; without one, `<partition>/<offset>`. A replay is written to the original topic,
 * where other consumer groups see it again.
 */
export class KafkaDeadLetters extends DeadLetters {
  constructor(
    private readonly settings: KafkaSettings,
    private readonly sessionMs: number = SESSION_TIMEOUT_MS,
  ) {
    super();
  }

  async list(queueRef: DeadLetterQueueRef): Promise<readonly DeadLetter[]> {
    return (await this.#readUnsettled(queueRef)).map(toDeadLetter);
  }

  async replay(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    const topic = this.#topicOf(queueRef.arrival);
    const connection = await KafkaProducerConnection.open({ ...this.settings, topic });
    try {
      return await this.#settle(queueRef, matches, ({ record }) => connection.send(toOriginalRecord(record)));
    } finally {
      await connection.close();
    }
  }

  drop(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#settle(queueRef, matches, async () => undefined);
  }

  async close(): Promise<void> {}

  #topicOf(arrival: Arrival): string {
    return arrival === 'inbound' ? this.settings.inboundTopic : this.settings.topic;
  }

  async #readUnsettled({ queue, arrival }: DeadLetterQueueRef): Promise<readonly PositionedRecord[]> {
    const all = await readTopicToEnd(this.settings, `${this.#topicOf(arrival)}.dead`, this.sessionMs);
    const settled = new Set(all.map(({ record }) => headerText(record, SETTLED_HEADER)));
    const unsettled = all.filter(
      ({ record, position }) => headerText(record, `${FOYER_HEADER_PREFIX}queue`) === queue && !settled.has(position),
    );
    return unsettled.toSorted((a, b) => Number(a.record.timestamp) - Number(b.record.timestamp));
  }

  /** Writes the marker last. After an interruption, a letter that was already replayed may be listed again. */
  async #settle(
    queueRef: DeadLetterQueueRef,
    matches: (letter: DeadLetter) => boolean,
    act: (letter: PositionedRecord) => Promise<void>,
  ): Promise<number> {
    const matching = (await this.#readUnsettled(queueRef)).filter((letter) => matches(toDeadLetter(letter)));
    const markerConnection = await KafkaProducerConnection.open({
      ...this.settings,
      topic: `${this.#topicOf(queueRef.arrival)}.dead`,
    });
    try {
      for (const letter of matching) {
        await act(letter);
        await markerConnection.send({
          key: `settled ${letter.position}`,
          value: null,
          headers: { [SETTLED_HEADER]: letter.position },
        });
      }
    } finally {
      await markerConnection.close();
    }
    return matching.length;
  }
}

const headerText = ({ headers }: KafkaMessage, name: string): string => String(headers?.[name] ?? '');

function toDeadLetter({ record, position }: PositionedRecord): DeadLetter {
  return {
    id: headerText(record, 'ce_id') || position,
    reason: headerText(record, `${FOYER_HEADER_PREFIX}reason`),
    detail: headerText(record, `${FOYER_HEADER_PREFIX}detail`),
    deadAt: headerText(record, `${FOYER_HEADER_PREFIX}dead-at`),
    body: record.value ?? Buffer.alloc(0),
  };
}

function toOriginalRecord({ key, value, headers = {} }: KafkaMessage): {
  key: Buffer | null;
  value: Buffer | null;
  headers: IHeaders;
} {
  const originalHeaders = Object.entries(headers).filter(([name]) => !name.startsWith(FOYER_HEADER_PREFIX));
  return { key, value, headers: Object.fromEntries(originalHeaders) };
}
