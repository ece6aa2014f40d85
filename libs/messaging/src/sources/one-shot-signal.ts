/** Fires once. Later waits resolve at once. */
export class OneShotSignal {
  #resolve: () => void = () => undefined;
  #hasFired = false;
  readonly fired = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  get hasFired(): boolean {
    return this.#hasFired;
  }

  fire(): void {
    this.#hasFired = true;
    this.#resolve();
  }

  /** Waits for the signal or the timeout, whichever comes first. */
  async waitAtMost(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.fired, timeout]);
    clearTimeout(timer);
  }
}
