import { createHash } from 'node:crypto';
import type { ConfirmChannel, GetMessage } from 'amqplib';
import { within } from '#platform/async';
import { type DeadLetter, type DeadLetterPlace, DeadLetters } from '../dead-letters.js';
import { deadQueueOf } from './incoming-topology.js';
import { LaidAside } from './laid-aside.js';
import { readNotes } from './notes.js';
import { ANSWER_MS, leave, RabbitMqLink } from './rabbitmq-link.js';

/**
 * What lies in `<queue>.dead`. Looking takes messages out and puts them back. The id is the `message-id`; of one without, the
 * beginning of its hash. A replay goes to the one subscriber only.
 */
export class RabbitMqDeadLetters extends DeadLetters {
  readonly #looking: RabbitMqLink;
  readonly #returning: RabbitMqLink;
  readonly #aside: LaidAside;

  constructor(url: string) {
    super();
    this.#looking = new RabbitMqLink(url, 'dead letters');
    this.#returning = new RabbitMqLink(url, 'dead letters, sending back');
    this.#aside = new LaidAside(this.#returning);
  }

  async list({ queue }: DeadLetterPlace): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    await this.#walk(queue, async (message) => {
      letters.push(letterOf(message));
      return false;
    });
    return letters;
  }

  replay({ queue }: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#walk(queue, async (message) => {
      if (!wanted(letterOf(message))) return false;
      await this.#aside.put(queue, message);
      return true;
    });
  }

  drop({ queue }: DeadLetterPlace, wanted: (letter: DeadLetter) => boolean): Promise<number> {
    return this.#walk(queue, async (message) => wanted(letterOf(message)));
  }

  async close(): Promise<void> {
    await Promise.all([this.#looking.close(), this.#returning.close()]);
  }

  /** Each message that is there now, once; how many were taken away. What is not goes back with the channel. */
  async #walk(queue: string, take: (message: GetMessage) => Promise<boolean>): Promise<number> {
    const channel = await this.#looking.channel();
    channel.on('error', () => undefined); // told by the call that it belongs to
    try {
      const { messageCount } = await within(ANSWER_MS, channel.checkQueue(deadQueueOf(queue)));
      let taken = 0;
      for (let seen = 0; seen < messageCount; seen++) {
        const message = await next(channel, deadQueueOf(queue));
        if (!message) break;
        if (!(await take(message))) continue;
        channel.ack(message);
        taken++;
      }
      return taken;
    } finally {
      await leave(channel);
    }
  }
}

const next = (channel: ConfirmChannel, queue: string): Promise<GetMessage | false> =>
  within(ANSWER_MS, channel.get(queue, { noAck: false }));

function letterOf({ content, properties }: GetMessage): DeadLetter {
  const { reason = 'unknown', detail = '', deadAt = '' } = readNotes(properties.headers);
  const messageId: unknown = properties.messageId;
  const id = typeof messageId === 'string' && messageId !== '' ? messageId : hashOf(content);
  return { id, reason, detail, deadAt, body: content };
}

const hashOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);
