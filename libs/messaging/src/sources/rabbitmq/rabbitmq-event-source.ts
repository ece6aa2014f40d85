import { withTimeout } from '#platform/async';
import { type Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { deadLetterQueueName } from './consumer-topology.js';
import { BROKER_TIMEOUT_MS, closeChannel, RabbitMqConnection } from './rabbitmq-connection.js';
import { RabbitMqListener } from './rabbitmq-listener.js';
import { RetryQueuePublisher } from './retry-queue-publisher.js';

/** Durable quorum queues with one channel each. A message is acknowledged only after its disposition is applied. */
export class RabbitMqEventSource extends EventSource {
  readonly name = 'rabbitmq';
  readonly #consumerConnection: RabbitMqConnection;
  readonly #retryConnection: RabbitMqConnection;
  readonly #retryPublisher: RetryQueuePublisher;
  readonly #listeners: RabbitMqListener[] = [];
  readonly #deadLetterQueues: string[] = [];

  constructor(
    url: string,
    private readonly log: Log,
  ) {
    super();
    this.#consumerConnection = new RabbitMqConnection(url, 'subscribers');
    this.#retryConnection = new RabbitMqConnection(url, 'subscribers, retries and dead letters');
    this.#retryPublisher = new RetryQueuePublisher(this.#retryConnection);
  }

  subscribe(subscription: Subscription): void {
    const listener = new RabbitMqListener(this.#consumerConnection, this.#retryPublisher, subscription, this.log);
    this.#listeners.push(listener);
    this.#deadLetterQueues.push(deadLetterQueueName(subscription.queue));
    listener.start();
  }

  async countDeadLetters(): Promise<number> {
    if (this.#deadLetterQueues.length === 0) return 0;
    const channel = await this.#consumerConnection.openChannel();
    channel.on('error', () => undefined); // reported by the failed call
    try {
      const checks = this.#deadLetterQueues.map((queue) => withTimeout(BROKER_TIMEOUT_MS, channel.checkQueue(queue)));
      return (await Promise.all(checks)).reduce((sum, { messageCount }) => sum + messageCount, 0);
    } finally {
      await closeChannel(channel);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await Promise.all([this.#consumerConnection.close(), this.#retryConnection.close()]);
  }
}
