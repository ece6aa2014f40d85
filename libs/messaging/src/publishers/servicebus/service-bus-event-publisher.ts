import type { Log } from '#platform/observability';
import { type EventEnvelope, EventPublisher, PermanentPublishError } from '../event-publisher.js';
import { ReconnectingConnection } from '../reconnecting-connection.js';
import { MessageNotAcceptedError, ServiceBusSenderConnection } from './service-bus-sender-connection.js';

/**
 * Publishes to a queue or topic of Azure Service Bus or another AMQP 1.0 broker. An event is published when the broker has
 * accepted it. `message-id` is the event id (for duplicate detection), `group-id` the subject (a session keeps the order),
 * `subject` the type (for filters). Uses the structured mode of the CloudEvents AMQP binding.
 */
export class ServiceBusEventPublisher extends EventPublisher {
  readonly name = 'servicebus';
  readonly #connection: ReconnectingConnection<ServiceBusSenderConnection>;

  constructor(url: string, log: Log) {
    super();
    this.#connection = new ReconnectingConnection(this.name, log, (onLost) =>
      ServiceBusSenderConnection.open(new URL(url), onLost),
    );
  }

  async publish(event: EventEnvelope): Promise<void> {
    const connection = await this.#connection.get();
    await connection.send(event).catch((error: Error) => {
      if (!(error instanceof PermanentPublishError || error instanceof MessageNotAcceptedError))
        this.#connection.discard(connection, error);
      throw error;
    });
  }

  async check(): Promise<void> {
    await this.#connection.get();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
