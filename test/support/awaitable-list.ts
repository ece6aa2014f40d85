import { inspect } from 'node:util';

/** What arrived so far, and a way to wait for what has not. */
export class AwaitableList<T> {
  readonly items: T[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(private readonly name: string) {}

  add(item: T): void {
    this.items.push(item);
    for (const look of [...this.#listeners]) look();
  }

  /** Forgets what arrived so far. */
  clear(): void {
    this.items.length = 0;
  }

  /**
   * The first item that fits, whether it is here already or comes within `timeoutMs`.
   * @throws Error that shows what came instead.
   */
  waitFor(matches: (item: T) => boolean, timeoutMs = 5_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const item = this.items.find(matches);
        if (item === undefined) return;
        end();
        resolve(item);
      };
      const end = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
      };
      const timer = setTimeout(() => {
        end();
        reject(
          new Error(`no such ${this.name} within ${timeoutMs} ms; ${this.items.length} came: ${this.#describeLast()}`),
        );
      }, timeoutMs);
      this.#listeners.add(check);
      check();
    });
  }

  #describeLast(): string {
    return inspect(this.items.slice(-3), { depth: 4, maxStringLength: 300 });
  }
}
