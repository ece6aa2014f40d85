/** Work of one lane is done one after the other, that of several side by side. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();
  #closed = false;

  /** Undefined when the lanes were closed before its turn came. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T | undefined> {
    const turn = (this.#last.get(lane) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => (this.#closed ? undefined : work()));
    const last = turn
      .catch(() => undefined)
      .finally(() => {
        if (this.#last.get(lane) === last) this.#last.delete(lane);
      });
    this.#last.set(lane, last);
    return turn;
  }

  /** What has begun goes on; nothing more begins. */
  close(): void {
    this.#closed = true;
  }
}
