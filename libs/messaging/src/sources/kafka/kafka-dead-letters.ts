import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { Arrival } from '#kernel';
import type { KafkaSettings } from '#platform/config';
import { KafkaLine } from '../../publishers/kafka/kafka-line.js';
import { type DeadLetter, type DeadLetterPlace, DeadLetters } from '../dead-letters.js';
import { type Placed, readToEnd } from './dead-letter-log.js';

const OURS = 'x-foyer-';
/** Says of another record, by its position, that it was sent back or dropped: nothing can be taken out of a topic. */
const SETTLED = `${OURS}settled`;
const SESSION_MS = 6_000;

/**
 * What lies in `<topic>.dead`. The id is `ce_id`; of one without, `<partition>/<offset>`. A replay is written to the topic it
 * came from, where other groups see it again, too.
 */
export class KafkaDeadLetters extends DeadLetters {
  constructor(
    private readonly settings: KafkaSettings,
    private readonly sessionMs: number = SESSION_MS,
  ) {
    super();
  }

  async list(place: DeadLetterPlace): Promise<readonly DeadLetter[]> {
    return (await this.#waiting(place)).map(letterOf);
  }

  async replay(place: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    const topic = this.#topicOf(place.arrival);
    const line = await KafkaLine.open({ ...this.settings, topic });
    try {
      return await this.#settle(place, wanted, ({ record }) => line.send(asItCame(record)));
    } finally {
      await line.close();
    }
  }

  drop(place: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#settle(place, wanted, async () => undefined);
  }

  async close(): Promise<void> {}

  #topicOf(arrival: Arrival): string {
    return arrival === 'inbound' ? this.settings.inboundTopic : this.settings.topic;
  }

  async #waiting({ queue, arrival }: DeadLetterPlace): Promise<readonly Placed[]> {
    const all = await readToEnd(this.settings, `${this.#topicOf(arrival)}.dead`, this.sessionMs);
    const settled = new Set(all.map(({ record }) => header(record, SETTLED)));
    const its = all.filter(
      ({ record, position }) => header(record, `${OURS}queue`) === queue && !settled.has(position),
    );
    return its.toSorted((a, b) => Number(a.record.timestamp) - Number(b.record.timestamp));
  }

  /** The note comes last: whoever is cut off in between may find a letter again that was sent back already. */
  async #settle(
    place: DeadLetterPlace,
    wanted: (letter: DeadLetter) => boolean,
    act: (letter: Placed) => Promise<void>,
  ): Promise<number> {
    const chosen = (await this.#waiting(place)).filter((letter) => wanted(letterOf(letter)));
    const notes = await KafkaLine.open({ ...this.settings, topic: `${this.#topicOf(place.arrival)}.dead` });
    try {
      for (const letter of chosen) {
        await act(letter);
        await notes.send({ key: `settled ${letter.position}`, value: null, headers: { [SETTLED]: letter.position } });
      }
    } finally {
      await notes.close();
    }
    return chosen.length;
  }
}

const header = ({ headers }: KafkaMessage, name: string): string => String(headers?.[name] ?? '');

function letterOf({ record, position }: Placed): DeadLetter {
  return {
    id: header(record, 'ce_id') || position,
    reason: header(record, `${OURS}reason`),
    detail: header(record, `${OURS}detail`),
    deadAt: header(record, `${OURS}dead-at`),
    body: record.value ?? Buffer.alloc(0),
  };
}

function asItCame({ key, value, headers = {} }: KafkaMessage): {
  key: Buffer | null;
  value: Buffer | null;
  headers: IHeaders;
} {
  const theirs = Object.entries(headers).filter(([name]) => !name.startsWith(OURS));
  return { key, value, headers: Object.fromEntries(theirs) };
}
