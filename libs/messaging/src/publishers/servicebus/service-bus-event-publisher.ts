import type { Log } from '#platform/observability';
import { Connection } from '../connection.js';
import { type EventEnvelope, EventPublisher, RefusedForGood } from '../event-publisher.js';
import { NotTaken, ServiceBusLine } from './service-bus-line.js';

/**
 * Azure Service Bus, or another broker of AMQP 1.0: a queue or a topic. An event is taken when the broker has accepted it;
 * `message-id` is its id (for duplicate detection), `group-id` its subject (a session keeps its order), `subject` its type
 * (for filters). CloudEvents in the structured mode of its AMQP binding.
 */
export class ServiceBusEventPublisher extends EventPublisher {
  readonly name = 'servicebus';
  readonly #connection: Connection<ServiceBusLine>;

  constructor(url: string, log: Log) {
    super();
    this.#connection = new Connection(this.name, log, (lost) => ServiceBusLine.open(new URL(url), lost));
  }

  async publish(event: EventEnvelope): Promise<void> {
    const line = await this.#connection.get();
    await line.send(event).catch((error: Error) => {
      if (!(error instanceof RefusedForGood || error instanceof NotTaken)) this.#connection.leave(line, error);
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
