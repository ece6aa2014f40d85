/** A received and validated CloudEvents 1.0 event. */
export interface IncomingEvent<Data extends object = object> {
  /** Name of the consumer. Each consumer records its handled events separately. */
  readonly consumer: string;
  /** True when the event must be handled after its predecessor in the aggregate. */
  readonly ordered: boolean;
  /** Unique together with `source`; the same in every redelivery. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Id of the aggregate, if the event names one. */
  readonly subject: string | null;
  /** 1, 2, 3 … per source and subject. */
  readonly sequence: number | null;
  readonly data: Data;
}

/** The origin of events: this service (`events`) or authorised external systems (`inbound`). */
export type Arrival = 'events' | 'inbound';

/**
 * Handles received events by running a command. Delivery is at least once; events of one subject are handled one after the
 * other. The command opens one unit of work and calls `Inbox.recordHandled` first.
 */
export abstract class EventSubscriber<Data extends object = object> {
  /** `<module>.<event>`, at most 100 characters; its queue is `foyer.<name>`, so it must never change. */
  abstract readonly name: string;
  /** Exact types with their version. Any other type becomes a dead letter. */
  abstract readonly types: readonly string[];
  readonly arrival: Arrival = 'events';
  /**
   * True for a subscriber that needs every event of an aggregate in order; `types` must then list all types of that aggregate.
   * Events older than the last handled one are dropped. Early events wait a minute for the missing ones.
   */
  readonly ordered: boolean = false;
  /** @throws InvalidInput when the data do not match this type; the event becomes a dead letter */
  abstract read(data: object, type: string): Data;
  /** @throws Unavailable to have the event redelivered until it succeeds; any other error is retried five times */
  abstract handle(event: IncomingEvent<Data>): Promise<void>;
}
