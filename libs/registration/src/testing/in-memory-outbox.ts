import { AlreadyAnnounced, type IntegrationEvent, Outbox } from '#kernel';
import type { Participant } from './in-memory-unit-of-work.js';

/** What was announced and committed, in order; nothing twice by the same id. */
export class InMemoryOutbox extends Outbox implements Participant {
  #events: readonly IntegrationEvent[] = [];

  get events(): readonly IntegrationEvent[] {
    return this.#events;
  }

  get types(): readonly string[] {
    return this.#events.map(({ type }) => type);
  }

  override async append(event: IntegrationEvent): Promise<void> {
    if (event.id !== undefined && this.#events.some(({ id }) => id === event.id)) throw new AlreadyAnnounced();
    this.#events = [...this.#events, event];
  }

  override async appendInBulk(events: readonly IntegrationEvent[]): Promise<void> {
    for (const event of events) await this.append(event);
  }

  checkpoint(): () => void {
    const kept = this.#events;
    return () => {
      this.#events = kept;
    };
  }
}
