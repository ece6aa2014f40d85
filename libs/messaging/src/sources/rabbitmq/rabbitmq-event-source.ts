import { within } from '#platform/async';
import { type Log } from '#platform/observability';
import { EventSource, type Subscription } from '../event-source.js';
import { deadQueueOf } from './incoming-topology.js';
import { LaidAside } from './laid-aside.js';
import { ANSWER_MS, leave, RabbitMqLink } from './rabbitmq-link.js';
import { RabbitMqListener } from './rabbitmq-listener.js';

/** Durable quorum queues, a channel each. A message is acknowledged when its verdict has been carried out, never before. */
export class RabbitMqEventSource extends EventSource {
  readonly name = 'rabbitmq';
  readonly #incoming: RabbitMqLink;
  readonly #returning: RabbitMqLink;
  readonly #aside: LaidAside;
  readonly #listeners: RabbitMqListener[] = [];
  readonly #queues: string[] = [];

  constructor(
    url: string,
    private readonly log: Log,
  ) {
    super();
    this.#incoming = new RabbitMqLink(url, 'subscribers');
    this.#returning = new RabbitMqLink(url, 'subscribers, laying aside');
    this.#aside = new LaidAside(this.#returning);
  }

  subscribe(subscription: Subscription): void {
    const listener = new RabbitMqListener(this.#incoming, this.#aside, subscription, this.log);
    this.#listeners.push(listener);
    this.#queues.push(deadQueueOf(subscription.queue));
    listener.start();
  }

  async deadLetters(): Promise<number> {
    if (this.#queues.length === 0) return 0;
    const channel = await this.#incoming.channel();
    channel.on('error', () => undefined); // told by the call that it belongs to
    try {
      const looked = this.#queues.map((queue) => within(ANSWER_MS, channel.checkQueue(queue)));
      return (await Promise.all(looked)).reduce((sum, { messageCount }) => sum + messageCount, 0);
    } finally {
      await leave(channel);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await Promise.all([this.#incoming.close(), this.#returning.close()]);
  }
}
