import type { Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { ServiceBusListener } from './service-bus-listener.js';

/**
 * Consumes subscriptions of two topics: the one in the path of `SERVICEBUS_URL`, and `foyer.inbound`. The operator creates
 * the subscriptions with the names of the queues. A message is accepted only after its disposition is applied. Dead letters
 * are in the dead-letter queue of the subscription.
 */
export class ServiceBusEventSource extends EventSource {
  readonly name = 'servicebus';
  readonly #listeners: ServiceBusListener[] = [];

  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    super();
  }

  subscribe(subscription: Subscription): void {
    const listener = new ServiceBusListener(new URL(this.url), subscription, this.log);
    this.#listeners.push(listener);
    listener.start();
  }

  /** Counts the dead letters of this process: AMQP cannot query the length of a queue. */
  async countDeadLetters(): Promise<number> {
    return this.#listeners.reduce((sum, { deadLetterCount }) => sum + deadLetterCount, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }
}
