/** Waits that another caller can end. */
export class WakeSignal {
  #woken = false;
  #closed = false;
  #wake: () => void = () => undefined;

  /** Ends `waitUntilWoken`. If nothing waits now, the next call returns at once. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Ends all waits, present and future. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Discards earlier wake calls. */
  reset(): void {
    this.#woken = false;
  }

  async waitUntilWoken(): Promise<void> {
    if (this.#woken || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Only `close` ends it early. */
  async sleep(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    for (let remaining = milliseconds; remaining > 0 && !this.#closed; remaining = until - performance.now()) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = () => this.#closed && resolve();
        timer = setTimeout(resolve, remaining);
      });
      clearTimeout(timer);
    }
  }
}
