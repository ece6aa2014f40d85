import { RevocationHints } from '../adapters/redis/revocation-hints.js';

/** Counts published hints; delivers one only by `receiveHint`. */
export class InMemoryRevocationHints extends RevocationHints {
  published = 0;
  #listeners: (() => void)[] = [];

  override publishHint(): void {
    this.published++;
  }

  override onHint(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Simulates a hint of another replica. */
  receiveHint(): void {
    for (const listener of this.#listeners) listener();
  }
}
