import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import { KafkaProducerConnection } from '../../publishers/kafka/kafka-producer-connection.js';
import { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from '../dead-letters.js';
import { type PositionedRecord, readTopicToEnd } from './read-topic-to-end.js';

const FOYER_HEADER_PREFIX = 'x-foyer-';
/** Says of another record, by its position, that it was sent back or dropped: nothing can be taken out of a topic. */
const SETTLED_HEADER = `${FOYER_HEADER_PREFIX}settled`;
const SESSION_TIMEOUT_MS = 6_000;

/**
 * What lies in `<topic>.dead`. The id is `ce_id`; of one without, `<partition>/<offset>`. A replay is written to the topic it
 * came from, where other groups see it again, too.
 */
export class KafkaDeadLetters extends DeadLetters {
  constructor(
    private readonly settings: KafkaSettings,
    private readonly sessionMs: number = SESSION_TIMEOUT_MS,
  ) {
    super();
  }

  async list(place: DeadLetterQueueRef): Promise<readonly DeadLetter[]> {
    return (await this.#readUnsettled(place)).map(toDeadLetter);
  }

  async replay(place: DeadLetterQueueRef, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    const topic = this.#topicOf(place.arrival);
    const connection = await KafkaProducerConnection.open({ ...this.settings, topic });
    try {
      return await this.#settle(place, wanted, ({ record }) => connection.send(toOriginalRecord(record)));
    } finally {
      await connection.close();
    }
  }

  drop(place: DeadLetterQueueRef, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#settle(place, wanted, async () => undefined);
  }

  async close(): Promise<void> {}

  #topicOf(arrival: Arrival): string {
    return arrival === 'inbound' ? this.settings.inboundTopic : this.settings.topic;
  }

  async #readUnsettled({ queue, arrival }: DeadLetterQueueRef): Promise<readonly PositionedRecord[]> {
    const all = await readTopicToEnd(this.settings, `${this.#topicOf(arrival)}.dead`, this.sessionMs);
    const settled = new Set(all.map(({ record }) => headerText(record, SETTLED_HEADER)));
    const its = all.filter(
      ({ record, position }) => headerText(record, `${FOYER_HEADER_PREFIX}queue`) === queue && !settled.has(position),
    );
    return its.toSorted((a, b) => Number(a.record.timestamp) - Number(b.record.timestamp));
  }

  /** The note comes last: whoever is cut off in between may find a letter again that was sent back already. */
  async #settle(
    place: DeadLetterQueueRef,
    wanted: (letter: DeadLetter) => boolean,
    act: (letter: PositionedRecord) => Promise<void>,
  ): Promise<number> {
    const chosen = (await this.#readUnsettled(place)).filter((letter) => wanted(toDeadLetter(letter)));
    const notes = await KafkaProducerConnection.open({
      ...this.settings,
      topic: `${this.#topicOf(place.arrival)}.dead`,
    });
    try {
      for (const letter of chosen) {
        await act(letter);
        await notes.send({
          key: `settled ${letter.position}`,
          value: null,
          headers: { [SETTLED_HEADER]: letter.position },
        });
      }
    } finally {
      await notes.close();
    }
    return chosen.length;
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
  const theirs = Object.entries(headers).filter(([name]) => !name.startsWith(FOYER_HEADER_PREFIX));
  return { key, value, headers: Object.fromEntries(theirs) };
}
