import { RevocationHints } from '../adapters/redis/revocation-hints.js';

/** Hints that go nowhere by themselves. */
export class InMemoryRevocationHints extends RevocationHints {
  published = 0;
  #listeners: (() => void)[] = [];

  override publishHint(): void {
    this.published++;
  }

  override onHint(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** One comes from elsewhere. */
  receiveHint(): void {
    for (const listener of this.#listeners) listener();
  }
}
