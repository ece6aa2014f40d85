import { setImmediate as turn } from 'node:timers/promises';

/**
 * Settles one message per turn of the event loop. rhea (3.0) combines the dispositions of one turn, and then the second of
 * two adjacent deliveries gets the outcome of the first: a dead letter next to an accepted message would be lost.
 */
export class DeliverySettler {
  #last: Promise<unknown> = Promise.resolve();

  /** @param applyOutcome for example `delivery.accept()` */
  settle(applyOutcome: () => void): Promise<unknown> {
    this.#last = this.#last.then(() => {
      applyOutcome();
      return turn();
    });
    return this.#last;
  }

  /** Resolves when all earlier outcomes are applied. */
  async waitUntilSettled(): Promise<void> {
    await this.#last;
  }
}
