import type { Log } from '#platform/observability';
import { Pause } from './pause.js';

/** What stands while a connection stands. */
export interface Line {
  /** Never rejects, and may be called twice. */
  close(): Promise<void>;
}

/**
 * One connection to the other side: opened by the first who needs it, left behind at its first fault. Whoever comes next
 * opens another, after a pause.
 */
export class Connection<L extends Line> {
  readonly #pause = new Pause();
  #opening: Promise<L> | undefined;
  #line: L | undefined;
  #closed = false;

  /** @param open ends in time; calls `lost` when the line breaks by itself */
  constructor(
    private readonly publisher: string,
    private readonly log: Log,
    private readonly open: (lost: (line: L, error: Error) => void) => Promise<L>,
  ) {}

  async get(): Promise<L> {
    if (this.#closed) throw new Error('closed');
    if (this.#line !== undefined) return this.#line;
    this.#pause.refuse();
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** What an old line still says takes nothing from the one that has its place. */
  leave(line: L, error: Error): void {
    void line.close();
    if (this.#line !== line) return;
    this.#line = undefined;
    this.#rest(error);
  }

  /** Nothing is opened any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await this.#line?.close();
    this.#line = undefined;
  }

  async #open(): Promise<L> {
    try {
      this.#line = await this.open((line, error) => this.leave(line, error));
      this.#pause.end();
      return this.#line;
    } catch (error) {
      this.#rest(error as Error);
      throw error;
    }
  }

  #rest({ message: reason }: Error): void {
    const pause = this.#pause.begin();
    this.log.warn({ publisher: this.publisher, reason, pause }, 'the connection was left');
  }
}
