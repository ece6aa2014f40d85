import { setImmediate as turn } from 'node:timers/promises';

/**
 * Tells the bus what becomes of messages, one in each turn of the event loop. rhea (3.0) writes what is settled in one turn
 * together, and there the second of two neighbours gets the outcome of the first: a dead letter beside one that is done would
 * be gone.
 */
export class DeliverySettler {
  #last: Promise<unknown> = Promise.resolve();

  /** @param applyOutcome as `delivery.accept()` */
  settle(applyOutcome: () => void): Promise<unknown> {
    this.#last = this.#last.then(() => {
      applyOutcome();
      return turn();
    });
    return this.#last;
  }

  /** Resolves when everything so far is told. */
  async waitUntilSettled(): Promise<void> {
    await this.#last;
  }
}
