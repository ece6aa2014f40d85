import type { Arrival } from '#kernel';
import { within } from '#platform/async';
import type { InMemoryEventPublisher } from '../../publishers/memory/in-memory-event-publisher.js';
import { Bell } from '../bell.js';
import { AGAIN, EventSource, FINISH_MS, IN_FLIGHT, type Subscription } from '../event-source.js';
import { Slots } from './slots.js';

/** So long the outbox is kept waiting by a subscriber; then the event stays in it and is offered again. */
const PATIENCE_MS = 2_000;
interface Listening {
  readonly subscription: Subscription;
  readonly slots: Slots;
}

/**
 * Hears what the publisher `memory` of this process is given. An event leaves the outbox when every subscription has given a
 * verdict on it, so none is lost with the process. Dead letters are logged and counted; the event itself is in the outbox.
 */
export class InMemoryEventSource extends EventSource {
  readonly name = 'memory';
  readonly #listening: Listening[] = [];
  readonly #handling = new Map<string, Promise<void>>();
  #unsubscribe: () => void = () => undefined;
  readonly #closing = new Bell();
  #dead = 0;

  constructor(private readonly publisher: InMemoryEventPublisher) {
    super();
  }

  subscribe(subscription: Subscription): void {
    if (this.#listening.length === 0) this.#listen();
    this.#listening.push({ subscription, slots: new Slots(IN_FLIGHT) });
  }

  async deadLetters(): Promise<number> {
    return this.#dead;
  }

  async close(): Promise<void> {
    this.#closing.ring();
    this.#unsubscribe();
    await within(FINISH_MS, Promise.allSettled(this.#handling.values())).catch(() => undefined);
  }

  /** Resolves when nobody has anything more to do with it. */
  async deliver(arrival: Arrival, { id, type, payload }: { id: string; type: string; payload: string }): Promise<void> {
    const wanted = this.#listening.filter(
      ({ subscription: { arrival: from, types } }) => from === arrival && types.includes(type),
    );
    const body = Buffer.from(payload);
    await Promise.all(wanted.map((one) => this.#once(`${one.subscription.queue} ${id}`, () => this.#carry(one, body))));
  }

  #listen(): void {
    this.#unsubscribe = this.publisher.subscribe((event) => within(PATIENCE_MS, this.deliver('events', event)));
  }

  /** Offered again while it is still being handled, it is not handled twice. */
  #once(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#handling.get(key);
    if (running !== undefined) return running;
    const begun = work().finally(() => this.#handling.delete(key));
    this.#handling.set(key, begun);
    return begun;
  }

  async #carry({ subscription, slots }: Listening, body: Uint8Array): Promise<void> {
    const since = Date.now();
    for (let attempt = 1; !this.#closing.rung; ) {
      const message = { body, attempt, since };
      const verdict = await slots.run(() => subscription.handle(message).catch(() => AGAIN));
      if (verdict.is === 'release') break;
      if (verdict.is === 'dead') this.#dead++;
      if (verdict.is !== 'again') return;
      if (verdict.counts) attempt++;
      await this.#closing.within(verdict.afterMs);
    }
    throw new Error('this process stops');
  }
}
