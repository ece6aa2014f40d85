import { type IntegrationEvent, Outbox } from '../index.js';

/** Keeps what was announced. */
export class RecordingOutbox extends Outbox {
  readonly events: IntegrationEvent[] = [];

  override async append(event: IntegrationEvent): Promise<void> {
    this.events.push(event);
  }

  override async appendInBulk(events: readonly IntegrationEvent[]): Promise<void> {
    this.events.push(...events);
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type);
  }
}
