import { setImmediate } from 'node:timers/promises';
import { type EventEnvelope, EventPublisher } from '../publishers/event-publisher.js';

/** Records published events in order and refuses selected ones. Several publishers may share one list, as replicas do. */
export class RecordingEventPublisher extends EventPublisher {
  override readonly name: string = 'one';
  unavailable = false;
  /** Selects events to refuse. They are not recorded. */
  shouldRefuse: (event: EventEnvelope) => boolean = () => false;
  refusalError = new Error('refused by the test');
  /** Runs while an event is in flight. */
  beforePublish: (event: EventEnvelope) => void | Promise<void> = () => undefined;

  constructor(readonly published: EventEnvelope[] = []) {
    super();
  }

  override async publish(event: EventEnvelope): Promise<void> {
    await setImmediate();
    await this.beforePublish(event);
    if (this.unavailable || this.shouldRefuse(event)) throw this.refusalError;
    this.published.push(event);
  }

  override async check(): Promise<void> {
    if (this.unavailable) throw new Error('unavailable');
  }

  override async close(): Promise<void> {}
}
