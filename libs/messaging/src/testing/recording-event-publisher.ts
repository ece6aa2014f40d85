import { setImmediate } from 'node:timers/promises';
import { type EventEnvelope, EventPublisher } from '../publishers/event-publisher.js';

/** Keeps what it was given, in order; refuses what it is told to. Several may share one list, as replicas share a broker. */
export class RecordingEventPublisher extends EventPublisher {
  override readonly name: string = 'one';
  unavailable = false;
  /** Refuses an event, and keeps nothing of it. */
  shouldRefuse: (event: EventEnvelope) => boolean = () => false;
  refusalError = new Error('refused by the test');
  /** Runs while an event is on its way. */
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
    if (this.unavailable) throw new Error('away');
  }

  override async close(): Promise<void> {}
}
