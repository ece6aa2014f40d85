import type { Connection, Delivery, EventContext, Message, Sender } from 'rhea';
import { withTimeout } from '#platform/async';
import { type EventEnvelope, PermanentPublishError } from '../event-publisher.js';
import type { BrokerConnection } from '../reconnecting-connection.js';
import { addressOf, openAmqpConnection, toAmqpError } from './amqp-connection.js';

const REQUEST_TIMEOUT_MS = 5_000;
/** Headers and properties around the payload. */
const MESSAGE_OVERHEAD_BYTES = 1_024;

/** The broker answered but did not accept the message. A retry may succeed; a new connection does not help. */
export class MessageNotAcceptedError extends Error {}

interface PendingSend {
  resolve(): void;
  reject(error: Error): void;
}

/** A link to a queue or topic. Every message waits for the outcome from the broker. */
export class ServiceBusSenderConnection implements BrokerConnection {
  readonly #pendingSends = new Map<Delivery, PendingSend>();
  #isOpen = true;

  private constructor(
    private readonly connection: Connection,
    private readonly sender: Sender,
    private readonly encodeBody: (payload: string) => unknown,
    private readonly onLost: (connection: ServiceBusSenderConnection, error: Error) => void,
  ) {
    sender.on('accepted', ({ delivery }: EventContext) =>
      this.#settle(delivery, (pendingSend) => pendingSend.resolve()),
    );
    for (const outcome of ['rejected', 'released', 'modified']) {
      sender.on(outcome, ({ delivery }: EventContext) =>
        this.#settle(delivery, (pendingSend) => pendingSend.reject(toSendError(delivery, outcome))),
      );
    }
    sender.on('sender_close', () => this.#failPendingSends(toAmqpError(sender.error, 'the link was closed')));
    connection.on('connection_close', () =>
      this.#failPendingSends(toAmqpError(connection.error, 'the connection was closed')),
    );
    connection.on('disconnected', ({ error }) => this.#failPendingSends(toAmqpError(error, 'the connection was cut')));
  }

  static async open(
    url: URL,
    onLost: (connection: ServiceBusSenderConnection, error: Error) => void,
  ): Promise<ServiceBusSenderConnection> {
    const connection = await openAmqpConnection(url, 'publisher');
    try {
      const sender = connection.open_sender({ target: { address: addressOf(url) } });
      await withTimeout(REQUEST_TIMEOUT_MS, waitUntilSendable(sender));
      const { message } = await import('rhea').then((module) => module.default);
      const encodeBody = (payload: string): unknown => message.data_section(Buffer.from(payload));
      return new ServiceBusSenderConnection(connection, sender, encodeBody, onLost);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async send(event: EventEnvelope): Promise<void> {
    const maxBytes = Number(this.sender.max_message_size ?? 0);
    if (maxBytes > 0 && Buffer.byteLength(event.payload) + MESSAGE_OVERHEAD_BYTES > maxBytes)
      throw new PermanentPublishError(`too large: the broker accepts at most ${maxBytes} bytes`);
    if (!this.#isOpen) throw new Error('the connection was cut');
    const accepted = new Promise<void>((resolve, reject) => {
      this.#pendingSends.set(this.sender.send(this.#message(event)), { resolve, reject });
    });
    await withTimeout(REQUEST_TIMEOUT_MS, accepted);
  }

  async close(): Promise<void> {
    this.#failPendingSends(new Error('closed'));
    this.connection.close();
  }

  #message({ id, type, subject, payload }: EventEnvelope): Message {
    const properties = { message_id: id, group_id: subject, subject: type, durable: true };
    return { ...properties, content_type: 'application/cloudevents+json', body: this.encodeBody(payload) };
  }

  #settle(delivery: Delivery | undefined, complete: (pendingSend: PendingSend) => void): void {
    const pendingSend = delivery && this.#pendingSends.get(delivery);
    if (delivery === undefined || pendingSend === undefined) return;
    this.#pendingSends.delete(delivery);
    complete(pendingSend);
  }

  #failPendingSends(error: Error): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    for (const { reject } of this.#pendingSends.values()) reject(error);
    this.#pendingSends.clear();
    if (wasOpen) this.onLost(this, error);
  }
}

const waitUntilSendable = (sender: Sender): Promise<void> =>
  new Promise((resolve, reject) => {
    sender.once('sendable', () => resolve());
    sender.once('sender_close', () => reject(toAmqpError(sender.error, 'the link was refused')));
    sender.connection.once('disconnected', ({ error }) => reject(toAmqpError(error, 'the connection was cut')));
  });

function toSendError(delivery: Delivery | undefined, outcome: string): Error {
  const { message } = toAmqpError((delivery?.remote_state as { error?: unknown } | undefined)?.error, outcome);
  return message === 'amqp:link:message-size-exceeded'
    ? new PermanentPublishError(message)
    : new MessageNotAcceptedError(message);
}
