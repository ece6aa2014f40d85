import type { Log } from '#platform/observability';
import { RetryBackoff } from './retry-backoff.js';

/** One open connection to a broker. */
export interface BrokerConnection {
  /** Never rejects, and may be called twice. */
  close(): Promise<void>;
}

/**
 * One connection to a broker. The first call opens it, and its first fault discards it. The next call after a delay opens
 * a new one.
 */
export class ReconnectingConnection<L extends BrokerConnection> {
  readonly #backoff = new RetryBackoff();
  #opening: Promise<L> | undefined;
  #current: L | undefined;
  #closed = false;

  /** @param open has its own timeout; calls `onLost` when the connection is lost */
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

  /** A fault of an old connection does not affect the current one. */
  discard(connection: L, error: Error): void {
    void connection.close();
    if (this.#current !== connection) return;
    this.#current = undefined;
    this.#startBackoff(error);
  }

  /** Opens no further connection. */
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
    this.log.warn({ publisher: this.publisher, reason, pause: delayMs }, 'connection lost: reconnecting after a pause');
  }
}
