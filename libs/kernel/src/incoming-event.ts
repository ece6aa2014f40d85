/** An event that has come in: a CloudEvents 1.0 document that was found acceptable. */
export interface IncomingEvent<Data extends object = object> {
  /** Who reads it here: what one consumer has handled says nothing about another. */
  readonly consumer: string;
  /** Its effect is only good if it follows the one before it of its aggregate. */
  readonly ordered: boolean;
  /** Unique together with `source`; the same in every repetition. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Id of the aggregate, if it names one. */
  readonly subject: string | null;
  /** 1, 2, 3 … per source and subject. */
  readonly sequence: number | null;
  readonly data: Data;
}

/** Where events come from: our own harness, or others who have been given the right to tell us something. */
export type Arrival = 'events' | 'inbound';

/**
 * Reacts to events that come in, by running a command. It is handed an event at least once, events of one subject one after
 * the other; the command opens one unit of work, and `Inbox.accept` is the first thing in it.
 */
export abstract class EventSubscriber<Data extends object = object> {
  /** `<module>.<event>`, at most 100 characters; its queue is `foyer.<name>`, so it stays what it is for ever. */
  abstract readonly name: string;
  /** Exact types with their version. Any other that arrives is a dead letter. */
  abstract readonly types: readonly string[];
  readonly arrival: Arrival = 'events';
  /**
   * True for one that needs every event of an aggregate in its order, so `types` are all of that aggregate: what is older than
   * the last handled is dropped, what comes too early waits a minute for what is missing.
   */
  readonly ordered: boolean = false;
  /** @throws InvalidInput for data that do not have the shape of this type: a dead letter */
  abstract read(data: object, type: string): Data;
  /** @throws Unavailable to be handed it again until that is over; anything else is a mistake, tried five times */
  abstract handle(event: IncomingEvent<Data>): Promise<void>;
}
