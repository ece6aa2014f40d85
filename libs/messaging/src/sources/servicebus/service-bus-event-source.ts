import type { Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { ServiceBusListener } from './service-bus-listener.js';

/**
 * Subscriptions of two topics: the one in the path of `SERVICEBUS_URL`, and `foyer.inbound`. They are made by the operator,
 * named as our queues are. A message is accepted when its verdict has been carried out, never before; what is laid aside
 * lies in the dead-letter queue of its subscription.
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

  /** Of this process: AMQP has no way to ask the bus. */
  async countDeadLetters(): Promise<number> {
    return this.#listeners.reduce((sum, { deadLetterCount }) => sum + deadLetterCount, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }
}
