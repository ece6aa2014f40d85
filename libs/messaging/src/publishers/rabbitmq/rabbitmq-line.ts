import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { within } from '#platform/async';
import type { EventEnvelope } from '../event-publisher.js';
import { declareTopology, EVENTS } from './topology.js';

const CONNECT_MS = 5_000;
const CONFIRM_MS = 5_000;
const CLOSE_MS = 2_000;
const HEARTBEAT_S = 10;
/** ACCESS_REFUSED and PRECONDITION_FAILED (AMQP 0-9-1, 1.2): said of one message, although they end the channel. */
const REFUSALS = [403, 406];

interface Listener {
  ended(line: RabbitMqLine, error: Error): void;
  blocked(reason: string): void;
}

/** One connection to publish over, with its confirm channel. What ends one ends both: another line takes its place. */
export class RabbitMqLine {
  readonly #returned = new Set<string>();
  #onTheirWay = 0;
  #blocked: string | undefined;
  #refused: string | undefined;

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    listener: Listener,
  ) {
    const end = (error: Error) => listener.ended(this, error);
    connection.on('error', end).on('close', () => end(new Error('connection closed')));
    connection.on('blocked', (reason: string) => {
      this.#blocked = reason;
      listener.blocked(reason);
    });
    connection.on('unblocked', () => {
      this.#blocked = undefined;
    });
    channel.on('return', (message: Message) => this.#returned.add(String(message.properties.messageId)));
    channel.on('error', (error: Error & { code?: number }) => {
      if (this.#onTheirWay === 1 && isRefusal(error)) this.#refused = error.message;
      end(error);
    });
  }

  /** Declares the topology: what somebody has deleted is there again. */
  static async open(url: string, listener: Listener): Promise<RabbitMqLine> {
    const { connect } = await import('amqplib');
    const target = new URL(url);
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const clientProperties = { connection_name: 'foyer publisher' };
    const connection = await within(CONNECT_MS, connect(target.href, { timeout: CONNECT_MS, clientProperties }));
    // Until somebody listens, an error of the connection would end the process.
    connection.on('error', () => undefined);
    try {
      const channel = await within(CONNECT_MS, connection.createConfirmChannel());
      channel.on('error', () => undefined);
      await within(CONNECT_MS, declareTopology(channel));
      return new RabbitMqLine(connection, channel, listener);
    } catch (error) {
      void connection.close().catch(() => undefined);
      throw error;
    }
  }

  /** The broker has raised an alarm (memory, disk) and reads nothing: what is sent waits until that is over. */
  get blocked(): string | undefined {
    return this.#blocked;
  }

  /** Why the broker ended the channel, if that was for the one message that was on its way. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** @throws Error unless the broker has confirmed it within 5 s and not returned it */
  async send(event: EventEnvelope): Promise<void> {
    this.#onTheirWay++;
    try {
      await within(CONFIRM_MS, confirmed(this.channel, event));
    } finally {
      this.#onTheirWay--;
    }
    if (this.#returned.delete(event.id)) throw new Error('unroutable: the exchange has lost its bindings');
  }

  /** A broker that is cut off never says goodbye. */
  async close(): Promise<void> {
    const closing = Promise.resolve().then(() => this.connection.close());
    await within(CLOSE_MS, closing).catch(() => undefined);
  }
}

export const isRefusal = (error: { readonly code?: number } | undefined): boolean =>
  REFUSALS.includes(error?.code ?? 0);

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
