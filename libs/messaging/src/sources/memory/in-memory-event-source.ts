import type { Arrival } from '#kernel';
import { ConcurrencyLimit } from '#kernel';
import { withTimeout } from '#platform/async';
import type { InMemoryEventPublisher } from '../../publishers/memory/in-memory-event-publisher.js';
import { DEFAULT_RETRY, EventSource, MAX_IN_FLIGHT, SHUTDOWN_TIMEOUT_MS, type Subscription } from '../event-source.js';
import { OneShotSignal } from '../one-shot-signal.js';

/** How long a subscriber may delay the outbox. After that, the event stays in the outbox and is delivered again. */
const DELIVERY_TIMEOUT_MS = 2_000;
interface LimitedSubscription {
  readonly subscription: Subscription;
  readonly concurrencyLimit: ConcurrencyLimit;
}

/**
 * Receives the events of the publisher `memory` in this process. An event leaves the outbox when every subscription has
 * returned a final disposition, so none is lost with the process. Dead letters are only logged and counted; the event itself
 * is in the outbox.
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

  /** Resolves when every subscription has a final disposition for the event. */
  async deliver(arrival: Arrival, { id, type, payload }: { id: string; type: string; payload: string }): Promise<void> {
    const matching = this.#subscriptions.filter(
      ({ subscription: { arrival: from, types } }) => from === arrival && types.includes(type),
    );
    const body = Buffer.from(payload);
    await Promise.all(
      matching.map((limited) =>
        this.#runOnce(`${limited.subscription.queue} ${id}`, () => this.#deliverUntilFinal(limited, body)),
      ),
    );
  }

  #subscribeToPublisher(): void {
    this.#unsubscribe = this.publisher.subscribe((event) =>
      withTimeout(DELIVERY_TIMEOUT_MS, this.deliver('events', event)),
    );
  }

  /** An event that is delivered again while it is being handled is not handled twice. */
  #runOnce(key: string, work: () => Promise<void>): Promise<void> {
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }

  async #deliverUntilFinal({ subscription, concurrencyLimit }: LimitedSubscription, body: Uint8Array): Promise<void> {
    const since = Date.now();
    for (let attempt = 1; !this.#closing.hasFired; ) {
      const message = { body, attempt, since };
      const disposition = await concurrencyLimit.run(() => subscription.handle(message).catch(() => DEFAULT_RETRY));
      if (disposition.is === 'release') break;
      if (disposition.is === 'dead') this.#deadLetterCount++;
      if (disposition.is !== 'again') return;
      if (disposition.counts) attempt++;
      await this.#closing.waitAtMost(disposition.afterMs);
    }
    throw new Error('the process is stopping');
  }
}
