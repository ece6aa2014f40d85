/** Waits that others can end. */
export class Rest {
  #woken = false;
  #ended = false;
  #wake: () => void = () => undefined;

  /** Also for the next `untilWoken`, if nobody is at rest now. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Ends every wait, for good. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Forgets who has called so far: from here on they call for something new. */
  begin(): void {
    this.#woken = false;
  }

  async untilWoken(): Promise<void> {
    if (this.#woken || this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Only the end makes it shorter. */
  async for(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds;
    for (let left = milliseconds; left > 0 && !this.#ended; left = until - performance.now()) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = () => this.#ended && resolve();
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}
