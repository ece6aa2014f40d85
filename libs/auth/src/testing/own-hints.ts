import { RevocationHints } from '../adapters/redis/revocation-hints.js';

/** Hints that go nowhere by themselves. */
export class OwnHints extends RevocationHints {
  given = 0;
  #listeners: (() => void)[] = [];

  override give(): void {
    this.given++;
  }

  override onHint(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** One comes from elsewhere. */
  come(): void {
    for (const listener of this.#listeners) listener();
  }
}
