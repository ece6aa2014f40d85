import type { Bell } from './bell.js';
import { AGAIN, IN_FLIGHT, type Subscription, type Verdict } from './event-source.js';
import { Slots } from './memory/slots.js';

/** What is left to be done with a message. */
export type LastVerdict = Exclude<Verdict, { readonly is: 'again' }>;

/**
 * Brings messages of one subscription to their last verdict in this process. What is to be tried again is held here, and in
 * nobody's way, for a side that cannot keep it back for a while by itself. Attempts are forgotten with the process.
 */
export class Carrier {
  readonly #slots = new Slots(IN_FLIGHT);
  readonly #underway = new Set<Promise<unknown>>();

  constructor(
    private readonly subscription: Subscription,
    private readonly closing: Bell,
  ) {}

  carry(body: Uint8Array, since: number): Promise<LastVerdict> {
    const carried = this.#carry(body, since).finally(() => this.#underway.delete(carried));
    this.#underway.add(carried);
    return carried;
  }

  /** When nothing is being handled any more. */
  async finished(): Promise<void> {
    await Promise.allSettled(this.#underway);
  }

  async #carry(body: Uint8Array, since: number): Promise<LastVerdict> {
    for (let attempt = 1; !this.closing.rung; ) {
      const message = { body, attempt, since };
      const verdict = await this.#slots.run(async () =>
        this.closing.rung ? { is: 'release' as const } : this.subscription.handle(message).catch(() => AGAIN),
      );
      // At once it would be handed straight back to us.
      if (verdict.is === 'release') await this.closing.heard;
      if (verdict.is !== 'again') return verdict;
      if (verdict.counts) attempt++;
      await this.closing.within(verdict.afterMs);
    }
    return { is: 'release' };
  }
}
