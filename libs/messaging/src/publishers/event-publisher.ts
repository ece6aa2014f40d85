/** One event on its way out: a CloudEvents 1.0 document in JSON. */
export interface EventEnvelope {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly aggregateType: string;
  readonly sequence: number;
  /** The document, as it was written with the fact it tells of. */
  readonly payload: string;
}

/** The other side will never take this event, however often it is tried: it is too large, or refused as what it is. */
export class PermanentPublishError extends Error {}

/**
 * A way out for events. Resolves when the other side has taken responsibility; until then the event stays in the outbox.
 * Called with the events of one aggregate one after the other, with those of several aggregates side by side.
 */
export abstract class EventPublisher {
  /** As in `EVENT_PUBLISHERS`. */
  abstract readonly name: string;
  /**
   * Ends within ten seconds, come what may.
   * @throws RefusedForGood when another try is of no use; any other error may pass
   */
  abstract publish(event: EventEnvelope): Promise<void>;
  /** Rejects when the other side is away. */
  abstract check(): Promise<void>;
  abstract close(): Promise<void>;
}

/** The publishers that are configured; there may be several at once. */
export abstract class EventPublishers {
  abstract readonly all: readonly EventPublisher[];
}
