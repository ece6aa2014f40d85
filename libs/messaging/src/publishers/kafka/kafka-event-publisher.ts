import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { Connection } from '../connection.js';
import { type EventEnvelope, EventPublisher, RefusedForGood } from '../event-publisher.js';
import { KafkaLine } from './kafka-line.js';

/** What a broker says of a record it will never take. */
const FOR_GOOD: readonly (string | undefined)[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

/**
 * Kafka, one topic, the subject as key: all of an aggregate lies in one partition. An event is taken when every in-sync
 * replica has it. CloudEvents in the structured mode of its Kafka binding.
 */
export class KafkaEventPublisher extends EventPublisher {
  readonly name = 'kafka';
  readonly #connection: Connection<KafkaLine>;

  constructor(settings: KafkaSettings, log: Log) {
    super();
    this.#connection = new Connection(this.name, log, () => KafkaLine.open(settings));
  }

  async publish(event: EventEnvelope): Promise<void> {
    const line = await this.#connection.get();
    const headers = { 'content-type': 'application/cloudevents+json', ce_id: event.id, ce_type: event.type };
    try {
      await line.send({ key: event.subject, value: event.payload, headers });
    } catch (error) {
      const answer = brokersWord(error);
      if (FOR_GOOD.includes(answer)) throw new RefusedForGood(answer);
      this.#connection.leave(line, error as Error);
      throw error;
    }
  }

  async check(): Promise<void> {
    const line = await this.#connection.get();
    await line.check().catch((error: Error) => {
      this.#connection.leave(line, error);
      throw error;
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** The client wraps what a broker has answered into errors of its own. */
function brokersWord(error: unknown): string | undefined {
  const { type, cause } = error as { readonly type?: string; readonly cause?: { readonly type?: string } };
  return type ?? cause?.type;
}
