import type { Log } from '#platform/observability';
import { RetryBackoff } from './retry-backoff.js';

/** What stands while a connection stands. */
export interface BrokerConnection {
  /** Never rejects, and may be called twice. */
  close(): Promise<void>;
}

/**
 * One connection to the other side: opened by the first who needs it, left behind at its first fault. Whoever comes next
 * opens another, after a pause.
 */
export class ReconnectingConnection<L extends BrokerConnection> {
  readonly #backoff = new RetryBackoff();
  #opening: Promise<L> | undefined;
  #current: L | undefined;
  #closed = false;

  /** @param open ends in time; calls `lost` when the line breaks by itself */
  constructor(
    private readonly publisher: string,
    private readonly log: Log,
    private readonly open: (onLost: (connection: L, error: Error) => void) => Promise<L>,
  ) {}

  async get(): Promise<L> {
    if (this.#closed) throw new Error('closed');
    if (this.#current !== undefined) return this.#current;
    this.#backoff.throwIfActive();
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** What an old line still says takes nothing from the one that has its place. */
  discard(connection: L, error: Error): void {
    void connection.close();
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#startBackoff(error);
  }

  /** Nothing is opened any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await this.#current?.close();
    this.#current = undefined;
  }

  async #open(): Promise<L> {
    try {
      this.#current = await this.open((connection, error) => this.discard(connection, error));
      this.#backoff.reset();
      return this.#current;
    } catch (error) {
      this.#startBackoff(error as Error);
      throw error;
    }
  }

  #startBackoff({ message: reason }: Error): void {
    const delayMs = this.#backoff.recordFailure();
    this.log.warn({ publisher: this.publisher, reason, pause: delayMs }, 'the connection was left');
  }
}
