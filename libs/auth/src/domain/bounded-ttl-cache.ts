/** Keeps at most `maxEntries` values until they expire, and evicts the oldest first. */
export class BoundedTtlCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(private readonly maxEntries: number) {}

  /** @param now milliseconds, by the same clock as `until` */
  get(key: string, now: number): Value | undefined {
    const known = this.#entries.get(key);
    return known !== undefined && known.until > now ? known.value : undefined;
  }

  set(key: string, value: Value, until: number): void {
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= this.maxEntries && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(key, { value, until });
  }
}
