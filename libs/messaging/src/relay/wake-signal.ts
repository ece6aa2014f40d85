/** Waits that others can end. */
export class WakeSignal {
  #woken = false;
  #closed = false;
  #wake: () => void = () => undefined;

  /** Also for the next `untilWoken`, if nobody is at rest now. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Ends every wait, for good. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Forgets who has called so far: from here on they call for something new. */
  reset(): void {
    this.#woken = false;
  }

  async waitUntilWoken(): Promise<void> {
    if (this.#woken || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Only the end makes it shorter. */
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
