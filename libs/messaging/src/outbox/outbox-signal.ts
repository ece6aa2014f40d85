import { Injectable } from '@nestjs/common';

/** Tells the relay of this process that something was committed. A hint only: the relay also looks by itself. */
@Injectable()
export class OutboxSignal {
  readonly #listeners = new Set<() => void>();

  listen(wake: () => void): void {
    this.#listeners.add(wake);
  }

  ring(): void {
    for (const wake of this.#listeners) wake();
  }
}
