import { Ids } from '../index.js';

/** Sequential UUIDs, so that tests can name them. */
export class CountingIds extends Ids {
  #last = 0;

  override next(): string {
    return CountingIds.of(++this.#last);
  }

  override opaque(): string {
    return this.next();
  }

  static of(n: number): string {
    return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  }
}
