/** Work of one lane is done one after the other, that of several side by side. */
export class KeyedSerialExecutor {
  readonly #lastByKey = new Map<string, Promise<unknown>>();
  #closed = false;

  /** Undefined when the lanes were closed before its turn came. */
  run<T>(key: string, work: () => Promise<T>): Promise<T | undefined> {
    const turn = (this.#lastByKey.get(key) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => (this.#closed ? undefined : work()));
    const last = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#lastByKey.get(key) === last) this.#lastByKey.delete(key);
      });
    this.#lastByKey.set(key, last);
    return turn;
  }

  /** What has begun goes on; nothing more begins. */
  close(): void {
    this.#closed = true;
  }
}
