/** So many values, each until its time has come; the oldest give way. */
export class Remembered<Value> {
  readonly #values = new Map<string, { readonly value: Value; readonly until: number }>();

  constructor(private readonly most: number) {}

  /** @param now and `until`: of one clock, in milliseconds */
  get(key: string, now: number): Value | undefined {
    const known = this.#values.get(key);
    return known !== undefined && known.until > now ? known.value : undefined;
  }

  keep(key: string, value: Value, until: number): void {
    this.#values.delete(key);
    const [oldest] = this.#values.keys();
    if (this.#values.size >= this.most && oldest !== undefined) this.#values.delete(oldest);
    this.#values.set(key, { value, until });
  }
}
