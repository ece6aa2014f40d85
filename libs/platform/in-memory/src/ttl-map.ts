import type { Clock } from '#kernel';

interface Entry<T> {
  value: T;
  expiresAt: number;
}

/**
 * Entries checked by each write: expired entries are removed as fast as new ones are added, and no write waits for a full
 * sweep.
 */
const SWEEPS_PER_WRITE = 4;

/** A map with expiring entries: replaces Redis in a single process. Writes remove expired entries. */
export class TtlMap<T> {
  #entries = new Map<string, Entry<T>>();
  #sweep = this.#entries.entries();

  constructor(private readonly clock: Clock) {}

  get now(): number {
    return this.clock.now().getTime();
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > this.now ? entry.value : undefined;
  }

  /** All live entries. */
  values(): T[] {
    const { now } = this;
    return [...this.#entries.values()].filter(({ expiresAt }) => expiresAt > now).map(({ value }) => value);
  }

  /** @param expiresAt Unix milliseconds */
  set(key: string, value: T, expiresAt: number): void {
    this.#entries.set(key, { value, expiresAt });
    for (let n = 0; n < SWEEPS_PER_WRITE; n++) this.#sweepNext();
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** All live entries, as JSON-compatible values. */
  snapshot(): readonly [string, Entry<T>][] {
    return [...this.#entries].filter(([, { expiresAt }]) => expiresAt > this.now);
  }

  restore(entries: readonly [string, Entry<T>][]): void {
    this.#entries = new Map(entries);
    this.#sweep = this.#entries.entries();
  }

  #sweepNext(): void {
    const next = this.#sweep.next();
    if (next.done) this.#sweep = this.#entries.entries();
    else if (next.value[1].expiresAt <= this.now) this.#entries.delete(next.value[0]);
  }
}
