import { ConcurrencyLimit } from '#kernel';
import { DEFAULT_RETRY, MAX_IN_FLIGHT, type MessageDisposition, type Subscription } from './event-source.js';
import type { OneShotSignal } from './one-shot-signal.js';

/** A disposition that needs no redelivery. */
export type FinalDisposition = Exclude<MessageDisposition, { readonly is: 'again' }>;

/**
 * Redelivers messages of one subscription in this process until their disposition is final. For brokers without delayed
 * redelivery. A waiting message does not block others. The attempt count is lost when the process ends.
 */
export class RedeliveryLoop {
  readonly #concurrencyLimit = new ConcurrencyLimit(MAX_IN_FLIGHT);
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(
    private readonly subscription: Subscription,
    private readonly closing: OneShotSignal,
  ) {}

  deliver(body: Uint8Array, since: number): Promise<FinalDisposition> {
    const delivery = this.#deliverUntilFinal(body, since).finally(() => this.#inFlight.delete(delivery));
    this.#inFlight.add(delivery);
    return delivery;
  }

  /** Resolves when no message is being handled. */
  async waitUntilIdle(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #deliverUntilFinal(body: Uint8Array, since: number): Promise<FinalDisposition> {
    for (let attempt = 1; !this.closing.hasFired; ) {
      const message = { body, attempt, since };
      const disposition = await this.#concurrencyLimit.run(async () =>
        this.closing.hasFired
          ? { is: 'release' as const }
          : this.subscription.handle(message).catch(() => DEFAULT_RETRY),
      );
      // An immediate release would redeliver the message to this process.
      if (disposition.is === 'release') await this.closing.fired;
      if (disposition.is !== 'again') return disposition;
      if (disposition.counts) attempt++;
      await this.closing.waitAtMost(disposition.afterMs);
    }
    return { is: 'release' };
  }
}
