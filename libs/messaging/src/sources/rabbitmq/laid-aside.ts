import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, GetMessage, Message, Options } from 'amqplib';
import { within } from '#platform/async';
import { type Note, notesOf, PUT, withoutNotes } from './notes.js';
import { ANSWER_MS, leave, type RabbitMqLink } from './rabbitmq-link.js';

type Put = Pick<GetMessage, 'content' | 'properties'>;

/**
 * Puts a message, as it is and under its own id, into a queue. Over a connection of its own: a broker that blocks publishers
 * would otherwise block the acknowledgements too.
 */
export class LaidAside {
  readonly #returned = new Set<string>();
  #channel: Promise<ConfirmChannel> | undefined;

  constructor(private readonly link: RabbitMqLink) {}

  /** Resolves when the broker has it. A message whose confirm is late is put twice rather than never. */
  async put(queue: string, message: Put, note: Note = {}): Promise<void> {
    this.#channel ??= this.#open();
    const opening = this.#channel;
    const serial = randomUUID();
    try {
      const channel = await opening;
      await within(ANSWER_MS, confirmed(channel, queue, message.content, optionsOf(message, note, serial)));
      if (this.#returned.delete(serial)) throw new Error(`there is no queue ${queue}`);
    } catch (error) {
      this.#forget(opening);
      throw error;
    }
  }

  async #open(): Promise<ConfirmChannel> {
    const channel = await this.link.channel();
    channel.on('error', () => undefined); // told by what is put
    channel.on('return', ({ properties }: Message) => this.#returned.add(String(properties.headers?.[PUT])));
    return channel;
  }

  #forget(opening: Promise<ConfirmChannel>): void {
    if (this.#channel === opening) this.#channel = undefined;
    void opening.then(leave, () => undefined);
  }
}

function optionsOf({ properties }: Put, note: Note, serial: string): Options.Publish {
  const { contentType, contentEncoding, correlationId, messageId, timestamp, type, appId } = properties;
  const kept = { contentType, contentEncoding, correlationId, messageId, timestamp, type, appId };
  const headers = { ...withoutNotes(properties.headers), ...notesOf(note), [PUT]: serial };
  const expiration = note.expiresAfterMs === undefined ? {} : { expiration: String(note.expiresAfterMs) };
  return { ...kept, ...expiration, headers, persistent: true, mandatory: true };
}

function confirmed(channel: ConfirmChannel, queue: string, body: Buffer, options: Options.Publish): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish('', queue, body, options, (error) => (error ? reject(error as Error) : resolve()));
  });
}
