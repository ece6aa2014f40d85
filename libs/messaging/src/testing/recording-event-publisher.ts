import { setImmediate } from 'node:timers/promises';
import { type EventEnvelope, EventPublisher } from '../publishers/event-publisher.js';

/** Keeps what it was given, in order; refuses what it is told to. Several may share one list, as replicas share a broker. */
export class RecordingEventPublisher extends EventPublisher {
  override readonly name: string = 'one';
  away = false;
  /** Refuses an event, and keeps nothing of it. */
  refuses: (event: EventEnvelope) => boolean = () => false;
  refusal = new Error('refused by the test');
  /** Runs while an event is on its way. */
  onWay: (event: EventEnvelope) => void | Promise<void> = () => undefined;

  constructor(readonly taken: EventEnvelope[] = []) {
    super();
  }

  override async publish(event: EventEnvelope): Promise<void> {
    await setImmediate();
    await this.onWay(event);
    if (this.away || this.refuses(event)) throw this.refusal;
    this.taken.push(event);
  }

  override async check(): Promise<void> {
    if (this.away) throw new Error('away');
  }

  override async close(): Promise<void> {}
}
