import type { Arrival } from '#kernel';
import { withTimeout } from '#platform/async';
import type { InMemoryEventPublisher } from '../../publishers/memory/in-memory-event-publisher.js';
import { ConcurrencyLimit } from '../concurrency-limit.js';
import { DEFAULT_RETRY, EventSource, MAX_IN_FLIGHT, SHUTDOWN_TIMEOUT_MS, type Subscription } from '../event-source.js';
import { OneShotSignal } from '../one-shot-signal.js';

/** So long the outbox is kept waiting by a subscriber; then the event stays in it and is offered again. */
const DELIVERY_TIMEOUT_MS = 2_000;
interface LimitedSubscription {
  readonly subscription: Subscription;
  readonly concurrencyLimit: ConcurrencyLimit;
}

/**
 * Hears what the publisher `memory` of this process is given. An event leaves the outbox when every subscription has given a
 * verdict on it, so none is lost with the process. Dead letters are logged and counted; the event itself is in the outbox.
 */
export class InMemoryEventSource extends EventSource {
  readonly name = 'memory';
  readonly #subscriptions: LimitedSubscription[] = [];
  readonly #inFlight = new Map<string, Promise<void>>();
  #unsubscribe: () => void = () => undefined;
  readonly #closing = new OneShotSignal();
  #deadLetterCount = 0;

  constructor(private readonly publisher: InMemoryEventPublisher) {
    super();
  }

  subscribe(subscription: Subscription): void {
    if (this.#subscriptions.length === 0) this.#subscribeToPublisher();
    this.#subscriptions.push({ subscription, concurrencyLimit: new ConcurrencyLimit(MAX_IN_FLIGHT) });
  }

  async countDeadLetters(): Promise<number> {
    return this.#deadLetterCount;
  }

  async close(): Promise<void> {
    this.#closing.fire();
    this.#unsubscribe();
    await withTimeout(SHUTDOWN_TIMEOUT_MS, Promise.allSettled(this.#inFlight.values())).catch(() => undefined);
  }

  /** Resolves when nobody has anything more to do with it. */
  async deliver(arrival: Arrival, { id, type, payload }: { id: string; type: string; payload: string }): Promise<void> {
    const wanted = this.#subscriptions.filter(
      ({ subscription: { arrival: from, types } }) => from === arrival && types.includes(type),
    );
    const body = Buffer.from(payload);
    await Promise.all(
      wanted.map((one) => this.#runOnce(`${one.subscription.queue} ${id}`, () => this.#deliverUntilFinal(one, body))),
    );
  }

  #subscribeToPublisher(): void {
    this.#unsubscribe = this.publisher.subscribe((event) =>
      withTimeout(DELIVERY_TIMEOUT_MS, this.deliver('events', event)),
    );
  }

  /** Offered again while it is still being handled, it is not handled twice. */
  #runOnce(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const begun = work().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, begun);
    return begun;
  }

  async #deliverUntilFinal({ subscription, concurrencyLimit }: LimitedSubscription, body: Uint8Array): Promise<void> {
    const since = Date.now();
    for (let attempt = 1; !this.#closing.hasFired; ) {
      const message = { body, attempt, since };
      const verdict = await concurrencyLimit.run(() => subscription.handle(message).catch(() => DEFAULT_RETRY));
      if (verdict.is === 'release') break;
      if (verdict.is === 'dead') this.#deadLetterCount++;
      if (verdict.is !== 'again') return;
      if (verdict.counts) attempt++;
      await this.#closing.waitAtMost(verdict.afterMs);
    }
    throw new Error('this process stops');
  }
}
