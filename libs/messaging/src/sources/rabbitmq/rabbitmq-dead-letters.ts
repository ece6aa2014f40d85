import { createHash } from 'node:crypto';
import type { ConfirmChannel, GetMessage } from 'amqplib';
import { withTimeout } from '#platform/async';
import { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from '../dead-letters.js';
import { deadLetterQueueName } from './consumer-topology.js';
import { BROKER_TIMEOUT_MS, closeChannel, RabbitMqConnection } from './rabbitmq-connection.js';
import { readRetryHeaders } from './retry-headers.js';
import { RetryQueuePublisher } from './retry-queue-publisher.js';

/**
 * Reads `<queue>.dead`. Listing gets messages and requeues them. The id is the `message-id`; without one, a prefix of the
 * hash of the body. A replay goes only to this subscriber.
 */
export class RabbitMqDeadLetters extends DeadLetters {
  readonly #readConnection: RabbitMqConnection;
  readonly #replayConnection: RabbitMqConnection;
  readonly #publisher: RetryQueuePublisher;

  constructor(url: string) {
    super();
    this.#readConnection = new RabbitMqConnection(url, 'dead letters');
    this.#replayConnection = new RabbitMqConnection(url, 'dead letters, replay');
    this.#publisher = new RetryQueuePublisher(this.#replayConnection);
  }

  async list({ queue }: DeadLetterQueueRef): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#forEachMessage(queue, async (message) => {
      letters.push(toDeadLetter(message));
      return false;
    });
    return letters;
  }

  replay({ queue }: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#forEachMessage(queue, async (message) => {
      if (!matches(toDeadLetter(message))) return false;
      await this.#publisher.publish(queue, message);
      return true;
    });
  }

  drop({ queue }: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#forEachMessage(queue, async (message) => matches(toDeadLetter(message)));
  }

  async close(): Promise<void> {
    await Promise.all([this.#readConnection.close(), this.#replayConnection.close()]);
  }

  /** Visits each current message once and removes it if `take` returns true. Returns the number removed. */
  async #forEachMessage(queue: string, take: (message: GetMessage) => Promise<boolean>): Promise<number> {
    const channel = await this.#readConnection.openChannel();
    channel.on('error', () => undefined); // reported by the failed call
    try {
      const { messageCount } = await withTimeout(BROKER_TIMEOUT_MS, channel.checkQueue(deadLetterQueueName(queue)));
      let taken = 0;
      for (let seen = 0; seen < messageCount; seen++) {
        const message = await getMessage(channel, deadLetterQueueName(queue));
        if (!message) break;
        if (!(await take(message))) continue;
        channel.ack(message);
        taken++;
      }
      return taken;
    } finally {
      await closeChannel(channel);
    }
  }
}

const getMessage = (channel: ConfirmChannel, queue: string): Promise<GetMessage | false> =>
  withTimeout(BROKER_TIMEOUT_MS, channel.get(queue, { noAck: false }));

function toDeadLetter({ content, properties }: GetMessage): DeadLetter {
  const { reason = 'unknown', detail = '', deadAt = '' } = readRetryHeaders(properties.headers);
  const messageId: unknown = properties.messageId;
  const id = typeof messageId === 'string' && messageId !== '' ? messageId : bodyHash(content);
  return { id, reason, detail, deadAt, body: content };
}

const bodyHash = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);
