import { ConcurrencyLimit } from './concurrency-limit.js';
import { DEFAULT_RETRY, MAX_IN_FLIGHT, type MessageDisposition, type Subscription } from './event-source.js';
import type { OneShotSignal } from './one-shot-signal.js';

/** What is left to be done with a message. */
export type FinalDisposition = Exclude<MessageDisposition, { readonly is: 'again' }>;

/**
 * Brings messages of one subscription to their last verdict in this process. What is to be tried again is held here, and in
 * nobody's way, for a side that cannot keep it back for a while by itself. Attempts are forgotten with the process.
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

  /** When nothing is being handled any more. */
  async waitUntilIdle(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #deliverUntilFinal(body: Uint8Array, since: number): Promise<FinalDisposition> {
    for (let attempt = 1; !this.closing.hasFired; ) {
      const message = { body, attempt, since };
      const verdict = await this.#concurrencyLimit.run(async () =>
        this.closing.hasFired
          ? { is: 'release' as const }
          : this.subscription.handle(message).catch(() => DEFAULT_RETRY),
      );
      // At once it would be handed straight back to us.
      if (verdict.is === 'release') await this.closing.fired;
      if (verdict.is !== 'again') return verdict;
      if (verdict.counts) attempt++;
      await this.closing.waitAtMost(verdict.afterMs);
    }
    return { is: 'release' };
  }
}
