import { Injectable } from '@nestjs/common';

/** Notifies the relays of this process of a commit. Only a hint: `OutboxPoller` also polls. */
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
