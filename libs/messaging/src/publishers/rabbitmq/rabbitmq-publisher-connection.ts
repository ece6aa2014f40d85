import type { ChannelModel, ConfirmChannel, Message } from 'amqplib';
import { withTimeout } from '#platform/async';
import type { EventEnvelope } from '../event-publisher.js';
import { declareEventTopology, EVENTS_EXCHANGE } from './event-topology.js';

const CONNECT_TIMEOUT_MS = 5_000;
const CONFIRM_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
const HEARTBEAT_S = 10;
/** ACCESS_REFUSED and PRECONDITION_FAILED (AMQP 0-9-1, 1.2): they refer to one message, but close the channel. */
const REFUSAL_CODES = [403, 406];

interface ConnectionListener {
  onEnded(connection: RabbitMqPublisherConnection, error: Error): void;
  onBlocked(reason: string): void;
}

/** A publishing connection with its confirm channel. When one of them ends, both are replaced. */
export class RabbitMqPublisherConnection {
  readonly #returnedIds = new Set<string>();
  #inFlight = 0;
  #blockedReason: string | undefined;
  #refusalReason: string | undefined;

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    listener: ConnectionListener,
  ) {
    const end = (error: Error) => listener.onEnded(this, error);
    connection.on('error', end).on('close', () => end(new Error('connection closed')));
    connection.on('blocked', (reason: string) => {
      this.#blockedReason = reason;
      listener.onBlocked(reason);
    });
    connection.on('unblocked', () => {
      this.#blockedReason = undefined;
    });
    channel.on('return', (message: Message) => this.#returnedIds.add(String(message.properties.messageId)));
    channel.on('error', (error: Error & { code?: number }) => {
      if (this.#inFlight === 1 && isRefusal(error)) this.#refusalReason = error.message;
      end(error);
    });
  }

  /** Declares the topology, which recreates a deleted exchange or queue. */
  static async open(url: string, listener: ConnectionListener): Promise<RabbitMqPublisherConnection> {
    const { connect } = await import('amqplib');
    const target = new URL(url);
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const clientProperties = { connection_name: 'foyer publisher' };
    const connection = await withTimeout(
      CONNECT_TIMEOUT_MS,
      connect(target.href, { timeout: CONNECT_TIMEOUT_MS, clientProperties }),
    );
    // An `error` event without a listener would end the process.
    connection.on('error', () => undefined);
    try {
      const channel = await withTimeout(CONNECT_TIMEOUT_MS, connection.createConfirmChannel());
      channel.on('error', () => undefined);
      await withTimeout(CONNECT_TIMEOUT_MS, declareEventTopology(channel));
      return new RabbitMqPublisherConnection(connection, channel, listener);
    } catch (error) {
      void connection.close().catch(() => undefined);
      throw error;
    }
  }

  /** Set while the broker blocks publishers because of an alarm (memory, disk). Sent messages wait until it ends. */
  get blockedReason(): string | undefined {
    return this.#blockedReason;
  }

  /** Why the broker closed the channel, if only one message was in flight. */
  get refusalReason(): string | undefined {
    return this.#refusalReason;
  }

  /** @throws Error unless the broker confirms the message within 5 s and does not return it */
  async send(event: EventEnvelope): Promise<void> {
    this.#inFlight++;
    try {
      await withTimeout(CONFIRM_TIMEOUT_MS, publishWithConfirm(this.channel, event));
    } finally {
      this.#inFlight--;
    }
    if (this.#returnedIds.delete(event.id)) throw new Error('unroutable: the exchange has lost its bindings');
  }

  /** Has a timeout, because a disconnected broker never answers. */
  async close(): Promise<void> {
    const closing = Promise.resolve().then(() => this.connection.close());
    await withTimeout(CLOSE_TIMEOUT_MS, closing).catch(() => undefined);
  }
}

export const isRefusal = (error: { readonly code?: number } | undefined): boolean =>
  REFUSAL_CODES.includes(error?.code ?? 0);

function publishWithConfirm(channel: ConfirmChannel, event: EventEnvelope): Promise<void> {
  const options = {
    mandatory: true,
    persistent: true,
    messageId: event.id,
    type: event.type,
    contentType: 'application/cloudevents+json',
  };
  return new Promise((resolve, reject) => {
    channel.publish(EVENTS_EXCHANGE, event.type, Buffer.from(event.payload), options, (error) =>
      error ? reject(error as Error) : resolve(),
    );
  });
}
