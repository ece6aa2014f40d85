import type { HashPriority } from '#kernel';

const HIGHEST_FIRST: readonly HashPriority[] = ['activation', 'login', 'rehash'];
const OLDEST_EVERY = 4;

export interface Prioritised {
  readonly priority: HashPriority;
}

/**
 * Who waits for a hash thread. A higher priority goes first, but every fourth turn belongs to whoever has waited longest, so
 * that nothing starves: a storm of activations leaves the others a quarter of the threads, and a flood of logins takes no
 * more than that from activations.
 */
export class HashQueue<T extends Prioritised> {
  readonly #byArrival: T[] = [];
  #turns = 0;

  get size(): number {
    return this.#byArrival.length;
  }

  add(waiting: T): void {
    this.#byArrival.push(waiting);
  }

  /** The next one, taken out. */
  take(): T | undefined {
    this.#turns++;
    if (this.#turns % OLDEST_EVERY === 0) return this.#byArrival.shift();
    return this.#takeOut(HIGHEST_FIRST.map((priority) => this.#oldest(priority)));
  }

  /** Makes room for somebody of this priority: takes out the youngest of the lowest priority below it. */
  pushOut(by: HashPriority): T | undefined {
    return this.#takeOut(
      below(by)
        .toReversed()
        .map((priority) => this.#youngest(priority)),
    );
  }

  canPushOut(by: HashPriority): boolean {
    return below(by).some((priority) => this.#oldest(priority) >= 0);
  }

  /** False when it was no longer waiting. */
  remove(waiting: T): boolean {
    return this.#takeOut([this.#byArrival.indexOf(waiting)]) !== undefined;
  }

  /** Takes out all. */
  clear(): readonly T[] {
    return this.#byArrival.splice(0);
  }

  #oldest(priority: HashPriority): number {
    return this.#byArrival.findIndex((waiting) => waiting.priority === priority);
  }

  #youngest(priority: HashPriority): number {
    return this.#byArrival.findLastIndex((waiting) => waiting.priority === priority);
  }

  /** The first index that is one; −1 stands for nobody. */
  #takeOut(indexes: readonly number[]): T | undefined {
    const found = indexes.find((index) => index >= 0);
    return found === undefined ? undefined : this.#byArrival.splice(found, 1)[0];
  }
}

const below = (priority: HashPriority): readonly HashPriority[] =>
  HIGHEST_FIRST.slice(HIGHEST_FIRST.indexOf(priority) + 1);
