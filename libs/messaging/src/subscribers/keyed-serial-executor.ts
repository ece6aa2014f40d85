/** Runs work with the same key in sequence, and work with different keys concurrently. */
export class KeyedSerialExecutor {
  readonly #lastByKey = new Map<string, Promise<unknown>>();
  #closed = false;

  /** Resolves to undefined if the executor was closed before the work started. */
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

  /** Running work continues; queued work does not start. */
  close(): void {
    this.#closed = true;
  }
}
