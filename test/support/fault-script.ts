/** How a sink behaves from now on: as told, for so many times, then well again. */
export class FaultScript<T extends object> {
  #behaviour: Partial<T> = {};
  #left = 0;

  /** Behave so for the next `times` messages (for ever if you do not say). `{}` is good behaviour. */
  set(behaviour: Partial<T>, times = Number.POSITIVE_INFINITY): void {
    this.#behaviour = behaviour;
    this.#left = times;
  }

  next(): Partial<T> {
    if (this.#left <= 0) return {};
    this.#left--;
    return this.#behaviour;
  }
}
