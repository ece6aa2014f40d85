import { randomInt } from 'node:crypto';
import { HashingBusy } from '#kernel';

/** More than one process does side by side, few enough that each still gets its turn at the database. */
const MOST = 100;

/**
 * At most so many of one kind of request at the same time. Whoever comes when it is full is told at once, before anything is
 * done for him, so that those inside are served in time instead of all failing together (OWASP ASVS 15.2.2).
 */
export class Crowd {
  #inside = 0;

  constructor(private readonly most = MOST) {}

  /** @throws HashingBusy when it is full */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.most)
      throw new HashingBusy('Too many do this at this moment. Please try again.', 1 + randomInt(3));
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
    }
  }
}
