/** Rings once; who listens later hears it too. */
export class Bell {
  #ring: () => void = () => undefined;
  #rung = false;
  readonly heard = new Promise<void>((resolve) => {
    this.#ring = resolve;
  });

  get rung(): boolean {
    return this.#rung;
  }

  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  /** Waits for it, but no longer than so many milliseconds. */
  async within(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([this.heard, enough]);
    clearTimeout(timer);
  }
}
