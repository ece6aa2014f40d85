import { AlreadyPublished, type IntegrationEvent, Outbox } from '../index.js';
import type { Participant } from './immediate-unit-of-work.js';

/** Keeps published events in order and rejects a repeated id. */
export class RecordingOutbox extends Outbox implements Participant {
  readonly events: IntegrationEvent[] = [];

  override async append(event: IntegrationEvent): Promise<void> {
    if (event.id !== undefined && this.events.some(({ id }) => id === event.id)) throw new AlreadyPublished();
    this.events.push(event);
  }

  override async appendInBulk(events: readonly IntegrationEvent[]): Promise<void> {
    for (const event of events) await this.append(event);
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  checkpoint(): () => void {
    const length = this.events.length;
    return () => void this.events.splice(length);
  }
}
