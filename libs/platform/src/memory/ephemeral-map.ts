import type { Clock } from '#kernel';

interface Entry<T> {
  value: T;
  expiresAt: number;
}

const SWEEP_EVERY = 256;

/** What Redis is to a replicated service, a map whose entries die is to a single process. Sweeps itself while it is written to. */
export class EphemeralMap<T> {
  #entries = new Map<string, Entry<T>>();
  #writes = 0;

  constructor(private readonly clock: Clock) {}

  get now(): number {
    return this.clock.now().getTime();
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.expiresAt > this.now ? entry.value : undefined;
  }

  /** Entries, some of them dead for a moment. */
  get size(): number {
    return this.#entries.size;
  }

  /** @param expiresAt Unix milliseconds */
  set(key: string, value: T, expiresAt: number): void {
    this.#entries.set(key, { value, expiresAt });
    if (++this.#writes % SWEEP_EVERY === 0) this.#sweep();
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Everything alive, as JSON can hold it. */
  snapshot(): readonly [string, Entry<T>][] {
    this.#sweep();
    return [...this.#entries];
  }

  restore(entries: readonly [string, Entry<T>][]): void {
    this.#entries = new Map(entries);
    this.#sweep();
  }

  #sweep(): void {
    const { now } = this;
    for (const [key, entry] of this.#entries) if (entry.expiresAt <= now) this.#entries.delete(key);
  }
}
