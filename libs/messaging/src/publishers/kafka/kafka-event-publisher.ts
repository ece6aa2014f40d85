import type { KafkaSettings } from '#platform/config';
import type { Log } from '#platform/observability';
import { type EventEnvelope, EventPublisher, PermanentPublishError } from '../event-publisher.js';
import { ReconnectingConnection } from '../reconnecting-connection.js';
import { KafkaProducerConnection } from './kafka-producer-connection.js';

/** Broker errors for a record that no retry can publish. */
const PERMANENT_ERROR_TYPES: readonly (string | undefined)[] = [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
];

/**
 * Publishes to one Kafka topic. The subject is the key, so all events of an aggregate are in one partition. An event is
 * published when every in-sync replica has it. Uses the structured mode of the CloudEvents Kafka binding.
 */
export class KafkaEventPublisher extends EventPublisher {
  readonly name = 'kafka';
  readonly #connection: ReconnectingConnection<KafkaProducerConnection>;

  constructor(settings: KafkaSettings, log: Log) {
    super();
    this.#connection = new ReconnectingConnection(this.name, log, () => KafkaProducerConnection.open(settings));
  }

  async publish(event: EventEnvelope): Promise<void> {
    const connection = await this.#connection.get();
    const headers = { 'content-type': 'application/cloudevents+json', ce_id: event.id, ce_type: event.type };
    try {
      await connection.send({ key: event.subject, value: event.payload, headers });
    } catch (error) {
      const errorType = kafkaErrorType(error);
      if (PERMANENT_ERROR_TYPES.includes(errorType)) throw new PermanentPublishError(errorType);
      this.#connection.discard(connection, error as Error);
      throw error;
    }
  }

  async check(): Promise<void> {
    const connection = await this.#connection.get();
    await connection.check().catch((error: Error) => {
      this.#connection.discard(connection, error);
      throw error;
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** The client wraps broker errors in its own errors. */
function kafkaErrorType(error: unknown): string | undefined {
  const { type, cause } = error as { readonly type?: string; readonly cause?: { readonly type?: string } };
  return type ?? cause?.type;
}
