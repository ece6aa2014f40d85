import { type EventEnvelope, EventPublisher } from '../event-publisher.js';

export type InMemoryEventListener = (event: EventEnvelope) => Promise<void>;

/** Delivers events to listeners in this process. An event without listeners counts as published. */
export class InMemoryEventPublisher extends EventPublisher {
  readonly name = 'memory';
  readonly #listeners = new Set<InMemoryEventListener>();

  /** Returns a function that unsubscribes. A listener that rejects gets the event again. */
  subscribe(listener: InMemoryEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async publish(event: EventEnvelope): Promise<void> {
    for (const listener of this.#listeners) await listener(event);
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    this.#listeners.clear();
  }
}
