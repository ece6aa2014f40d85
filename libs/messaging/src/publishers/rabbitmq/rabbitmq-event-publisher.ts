import { randomInt } from 'node:crypto';
import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { type Log, within } from '#platform';
import { type EventEnvelope, EventPublisher } from '../event-publisher.js';
import { declareTopology, EVENTS } from './topology.js';

const CONNECT_MS = 5_000;
const CONFIRM_MS = 5_000;
const HEARTBEAT_S = 10;
const LONGEST_PAUSE_MS = 4_000;

/**
 * RabbitMQ with publisher confirms. Every message is persistent and mandatory: one that comes back unroutable has not been
 * published, although the broker confirms it. A broken channel is left behind, and the next event opens a new one.
 */
export class RabbitMqEventPublisher extends EventPublisher {
  readonly name = 'rabbitmq';
  readonly #returned = new Set<string>();
  #channel: Promise<ConfirmChannel> | undefined;
  #connection: ChannelModel | undefined;
  #failures = 0;
  #notBefore = 0;

  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    super();
  }

  async publish(event: EventEnvelope): Promise<void> {
    const channel = await this.#open();
    await within(CONFIRM_MS, confirmed(channel, event)).catch((error: unknown) => {
      this.#leave(error);
      throw error;
    });
    if (this.#returned.delete(event.id)) {
      this.#leave(new Error('unroutable'));
      throw new Error('unroutable: the exchange has lost its bindings');
    }
  }

  async check(): Promise<void> {
    await this.#open();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#channel = undefined;
    await connection?.close().catch(() => undefined);
  }

  #open(): Promise<ConfirmChannel> {
    if (this.#channel !== undefined) return this.#channel;
    if (Date.now() < this.#notBefore) return Promise.reject(new Error('the broker is away'));
    const opening = this.#connect().catch((error: unknown) => {
      this.#leave(error);
      throw error;
    });
    this.#channel = opening;
    return opening;
  }

  async #connect(): Promise<ConfirmChannel> {
    const { connect } = await import('amqplib');
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const connection = await within(
      CONNECT_MS,
      connect(url.href, { timeout: CONNECT_MS, clientProperties: { connection_name: 'foyer publisher' } }),
    );
    this.#connection = connection;
    // What an old connection still says takes nothing from the one that has its place.
    const leave = (error: Error): void => {
      if (this.#connection === connection) this.#leave(error);
    };
    connection.on('error', leave);
    connection.on('close', () => leave(new Error('connection closed')));
    connection.on('blocked', (reason: string) =>
      this.log.warn({ publisher: this.name, reason }, 'the broker blocks publishers'),
    );
    const channel = await within(CONNECT_MS, connection.createConfirmChannel());
    channel.on('error', leave);
    channel.on('return', (message: Message) => this.#returned.add(String(message.properties.messageId)));
    await within(CONNECT_MS, declareTopology(channel));
    this.#failures = 0;
    return channel;
  }

  /** Full jitter: replicas do not come back at the same moment. */
  #leave(error: unknown): void {
    if (this.#channel === undefined) return;
    this.#channel = undefined;
    const pause = randomInt(1, Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(this.#failures++, 7)));
    this.#notBefore = Date.now() + pause;
    this.log.warn({ publisher: this.name, reason: (error as Error).message, pause }, 'the broker connection was left');
    const connection = this.#connection;
    this.#connection = undefined;
    void connection?.close().catch(() => undefined);
  }
}

function confirmed(channel: ConfirmChannel, event: EventEnvelope): Promise<void> {
  const options = {
    mandatory: true,
    persistent: true,
    messageId: event.id,
    type: event.type,
    contentType: 'application/cloudevents+json',
  };
  return new Promise((resolve, reject) => {
    channel.publish(EVENTS, event.type, Buffer.from(event.payload), options, (error) =>
      error ? reject(error as Error) : resolve(),
    );
  });
}
