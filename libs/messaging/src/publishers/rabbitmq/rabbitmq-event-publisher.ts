import { randomInt } from 'node:crypto';
import type { Log } from '#platform/observability';
import { type EventEnvelope, EventPublisher, RefusedForGood } from '../event-publisher.js';
import { isRefusal, RabbitMqLine } from './rabbitmq-line.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** From the third failure on, whoever asks, the broker is called at most once a second. */
const LEAST_PAUSE_MS = 1_000;
const EAGER = 2;
/** `max_message_size` of RabbitMQ 4, which ends the channel of whoever sends more. */
const MOST_BYTES = 16 * 1024 * 1024;
const CAREFUL_MS = 60_000;

/**
 * RabbitMQ with publisher confirms. Every message is persistent and mandatory: one that comes back unroutable has not been
 * published, although the broker confirms it. A broken line is left behind, and the next event opens another one.
 */
export class RabbitMqEventPublisher extends EventPublisher {
  readonly name = 'rabbitmq';
  #line: Promise<RabbitMqLine> | undefined;
  #current: RabbitMqLine | undefined;
  #failures = 0;
  #notBefore = 0;
  #carefulUntil = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly log: Log,
  ) {
    super();
  }

  async publish(event: EventEnvelope): Promise<void> {
    const bytes = Buffer.byteLength(event.payload);
    if (bytes > MOST_BYTES) throw new RefusedForGood(`${bytes} bytes are more than RabbitMQ takes (${MOST_BYTES})`);
    if (performance.now() > this.#carefulUntil) return this.#send(event);
    const mine = this.#turn.then(() => this.#send(event));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async check(): Promise<void> {
    await this.#open();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const line = this.#line;
    [this.#line, this.#current] = [undefined, undefined];
    await (await line?.catch(() => undefined))?.close();
  }

  async #send(event: EventEnvelope): Promise<void> {
    const line = await this.#open();
    try {
      await line.send(event);
      this.#failures = 0;
    } catch (error) {
      // A blocked line is well: it would only be blocked again. What it still holds is confirmed later, and sent twice.
      if (line.blocked === undefined) this.#leave(line, error as Error);
      throw line.refused === undefined ? error : new RefusedForGood(line.refused);
    }
  }

  async #open(): Promise<RabbitMqLine> {
    if (this.#closed) throw new Error('closed');
    if (this.#line === undefined) {
      if (performance.now() < this.#notBefore) throw new Error('the broker is away');
      this.#line = RabbitMqLine.open(this.url, {
        ended: (line, error) => this.#leave(line, error),
        blocked: (reason) => this.log.warn({ publisher: this.name, reason }, 'the broker blocks publishers'),
      });
      this.#line.then(
        (line) => {
          this.#current = line;
        },
        (error: unknown) => this.#left(error as Error),
      );
    }
    const line = await this.#line;
    if (line.blocked !== undefined) throw new Error(`the broker blocks publishers: ${line.blocked}`);
    return line;
  }

  /** What an old line still says takes nothing from the one that has its place. */
  #leave(line: RabbitMqLine, error: Error & { code?: number }): void {
    if (this.#current !== line) return;
    // Which of several messages it was for, the broker does not say: for a while they go one by one.
    if (isRefusal(error) && line.refused === undefined) this.#carefulUntil = performance.now() + CAREFUL_MS;
    this.#left(error);
    void line.close();
  }

  /** Full jitter: replicas do not come back at the same moment. */
  #left(error: Error): void {
    [this.#line, this.#current] = [undefined, undefined];
    const failures = ++this.#failures;
    const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 7));
    const pause = randomInt(failures > EAGER ? LEAST_PAUSE_MS : 1, most);
    this.#notBefore = performance.now() + pause;
    this.log.warn({ publisher: this.name, reason: error.message, pause }, 'the broker connection was left');
  }
}
