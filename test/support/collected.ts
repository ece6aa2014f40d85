import { inspect } from 'node:util';

/** What arrived so far, and a way to wait for what has not. */
export class Collected<T> {
  readonly items: T[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(private readonly name: string) {}

  add(item: T): void {
    this.items.push(item);
    for (const look of [...this.#watchers]) look();
  }

  /** Forgets what arrived so far. */
  clear(): void {
    this.items.length = 0;
  }

  /**
   * The first item that fits, whether it is here already or comes within `timeoutMs`.
   * @throws Error that shows what came instead.
   */
  waitFor(fits: (item: T) => boolean, timeoutMs = 5_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const item = this.items.find(fits);
        if (item === undefined) return;
        end();
        resolve(item);
      };
      const end = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no such ${this.name} within ${timeoutMs} ms; ${this.items.length} came: ${this.#last()}`));
      }, timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  #last(): string {
    return inspect(this.items.slice(-3), { depth: 4, maxStringLength: 300 });
  }
}
