import { Injectable } from '@nestjs/common';

/** Tells the relay of this process that something was committed. A hint only: the relay also looks by itself. */
@Injectable()
export class OutboxSignal {
  readonly #listeners = new Set<() => void>();

  subscribe(wake: () => void): void {
    this.#listeners.add(wake);
  }

  notify(): void {
    for (const wake of this.#listeners) wake();
  }
}
