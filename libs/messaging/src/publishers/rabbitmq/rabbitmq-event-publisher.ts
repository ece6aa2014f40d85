import { randomInt } from 'node:crypto';
import type { Log } from '#platform/observability';
import { type EventEnvelope, EventPublisher, PermanentPublishError } from '../event-publisher.js';
import { isRefusal, RabbitMqPublisherConnection } from './rabbitmq-publisher-connection.js';

const INITIAL_RECONNECT_DELAY_MS = 250;
const MAX_RECONNECT_DELAY_MS = 4_000;
/** From the third failure on, there is at most one connection attempt per second. */
const MIN_RECONNECT_DELAY_MS = 1_000;
const FAST_RECONNECTS = 2;
/** `max_message_size` of RabbitMQ 4. The broker closes the channel of a larger message. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const SEQUENTIAL_MS = 60_000;

/**
 * Publishes to RabbitMQ with publisher confirms. Every message is persistent and mandatory. A message that is returned as
 * unroutable is not published, although the broker confirms it. After a connection is lost, the next event opens a new one.
 */
export class RabbitMqEventPublisher extends EventPublisher {
  readonly name = 'rabbitmq';
  #connection: Promise<RabbitMqPublisherConnection> | undefined;
  #current: RabbitMqPublisherConnection | undefined;
  #failures = 0;
  #reconnectNotBefore = 0;
  #sequentialUntil = 0;
  #sendQueue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    super();
  }

  async publish(event: EventEnvelope): Promise<void> {
    const bytes = Buffer.byteLength(event.payload);
    if (bytes > MAX_MESSAGE_BYTES)
      throw new PermanentPublishError(`${bytes} bytes exceed the limit of RabbitMQ (${MAX_MESSAGE_BYTES})`);
    if (performance.now() > this.#sequentialUntil) return this.#send(event);
    const sending = this.#sendQueue.then(() => this.#send(event));
    this.#sendQueue = sending.catch(() => undefined);
    return sending;
  }

  async check(): Promise<void> {
    await this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    [this.#connection, this.#current] = [undefined, undefined];
    await (await connection?.catch(() => undefined))?.close();
  }

  async #send(event: EventEnvelope): Promise<void> {
    const connection = await this.#open();
    try {
      await connection.send(event);
      this.#failures = 0;
    } catch (error) {
      // Keep a blocked connection: a new one would be blocked too. Its pending messages are confirmed later and sent twice.
      if (connection.blockedReason === undefined) this.#discard(connection, error as Error);
      throw connection.refusalReason === undefined ? error : new PermanentPublishError(connection.refusalReason);
    }
  }

  async #open(): Promise<RabbitMqPublisherConnection> {
    if (this.#closed) throw new Error('closed');
    if (this.#connection === undefined) {
      if (performance.now() < this.#reconnectNotBefore) throw new Error('the broker is unavailable');
      this.#connection = RabbitMqPublisherConnection.open(this.url, {
        onEnded: (connection, error) => this.#discard(connection, error),
        onBlocked: (reason) => this.log.warn({ publisher: this.name, reason }, 'the broker blocks publishers'),
      });
      this.#connection.then(
        (connection) => {
          this.#current = connection;
        },
        (error: unknown) => this.#startBackoff(error as Error),
      );
    }
    const connection = await this.#connection;
    if (connection.blockedReason !== undefined)
      throw new Error(`the broker blocks publishers: ${connection.blockedReason}`);
    return connection;
  }

  /** A fault of an old connection does not affect the current one. */
  #discard(connection: RabbitMqPublisherConnection, error: Error & { code?: number }): void {
    if (this.#current !== connection) return;
    // The broker does not say which of several messages it refused, so send sequentially for a while.
    if (isRefusal(error) && connection.refusalReason === undefined)
      this.#sequentialUntil = performance.now() + SEQUENTIAL_MS;
    this.#startBackoff(error);
    void connection.close();
  }

  /** Full jitter, so that replicas do not reconnect at the same moment. */
  #startBackoff(error: Error): void {
    [this.#connection, this.#current] = [undefined, undefined];
    const failures = ++this.#failures;
    const maxDelayMs = Math.min(MAX_RECONNECT_DELAY_MS, INITIAL_RECONNECT_DELAY_MS * 2 ** Math.min(failures, 7));
    const delayMs = randomInt(failures > FAST_RECONNECTS ? MIN_RECONNECT_DELAY_MS : 1, maxDelayMs);
    this.#reconnectNotBefore = performance.now() + delayMs;
    this.log.warn(
      { publisher: this.name, reason: error.message, pause: delayMs },
      'broker connection lost: reconnecting after a pause',
    );
  }
}
