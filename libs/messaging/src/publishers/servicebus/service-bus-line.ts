import type { Connection, Delivery, EventContext, Message, Sender } from 'rhea';
import { within } from '#platform/async';
import type { Line } from '../connection.js';
import { type EventEnvelope, RefusedForGood } from '../event-publisher.js';
import { addressIn, connectAmqp, faultOf } from './amqp-connection.js';

const CALL_MS = 5_000;
/** What stands around the payload. */
const PROPERTIES_BYTES = 1_024;

/** The broker has answered, and not taken it: another try may be of use, another connection is not. */
export class NotTaken extends Error {}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

/** A link to a queue or topic on which every message waits for the broker's word. */
export class ServiceBusLine implements Line {
  readonly #waiting = new Map<Delivery, Waiting>();
  #isOpen = true;

  private constructor(
    private readonly connection: Connection,
    private readonly sender: Sender,
    private readonly toData: (payload: string) => unknown,
    private readonly lost: (line: ServiceBusLine, error: Error) => void,
  ) {
    sender.on('accepted', ({ delivery }: EventContext) => this.#settle(delivery, (waiting) => waiting.resolve()));
    for (const outcome of ['rejected', 'released', 'modified']) {
      sender.on(outcome, ({ delivery }: EventContext) =>
        this.#settle(delivery, (waiting) => waiting.reject(refusal(delivery, outcome))),
      );
    }
    sender.on('sender_close', () => this.#broken(faultOf(sender.error, 'the link was closed')));
    connection.on('connection_close', () => this.#broken(faultOf(connection.error, 'the connection was closed')));
    connection.on('disconnected', ({ error }) => this.#broken(faultOf(error, 'the connection was cut')));
  }

  static async open(url: URL, lost: (line: ServiceBusLine, error: Error) => void): Promise<ServiceBusLine> {
    const connection = await connectAmqp(url, 'publisher');
    try {
      const sender = connection.open_sender({ target: { address: addressIn(url) } });
      await within(CALL_MS, sendable(sender));
      const { message } = await import('rhea').then((module) => module.default);
      const toData = (payload: string): unknown => message.data_section(Buffer.from(payload));
      return new ServiceBusLine(connection, sender, toData, lost);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  async send(event: EventEnvelope): Promise<void> {
    const largest = Number(this.sender.max_message_size ?? 0);
    if (largest > 0 && Buffer.byteLength(event.payload) + PROPERTIES_BYTES > largest)
      throw new RefusedForGood(`too large: the broker takes ${largest} bytes`);
    if (!this.#isOpen) throw new Error('the connection was cut');
    const accepted = new Promise<void>((resolve, reject) => {
      this.#waiting.set(this.sender.send(this.#message(event)), { resolve, reject });
    });
    await within(CALL_MS, accepted);
  }

  async close(): Promise<void> {
    this.#broken(new Error('closed'));
    this.connection.close();
  }

  #message({ id, type, subject, payload }: EventEnvelope): Message {
    const properties = { message_id: id, group_id: subject, subject: type, durable: true };
    return { ...properties, content_type: 'application/cloudevents+json', body: this.toData(payload) };
  }

  #settle(delivery: Delivery | undefined, tell: (waiting: Waiting) => void): void {
    const waiting = delivery && this.#waiting.get(delivery);
    if (delivery === undefined || waiting === undefined) return;
    this.#waiting.delete(delivery);
    tell(waiting);
  }

  #broken(error: Error): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (wasOpen) this.lost(this, error);
  }
}

const sendable = (sender: Sender): Promise<void> =>
  new Promise((resolve, reject) => {
    sender.once('sendable', () => resolve());
    sender.once('sender_close', () => reject(faultOf(sender.error, 'the link was refused')));
    sender.connection.once('disconnected', ({ error }) => reject(faultOf(error, 'the connection was cut')));
  });

function refusal(delivery: Delivery | undefined, outcome: string): Error {
  const { message } = faultOf((delivery?.remote_state as { error?: unknown } | undefined)?.error, outcome);
  return message === 'amqp:link:message-size-exceeded' ? new RefusedForGood(message) : new NotTaken(message);
}
