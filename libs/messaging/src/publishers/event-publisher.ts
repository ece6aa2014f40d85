/** One event to publish: a CloudEvents 1.0 document in JSON. */
export interface EventEnvelope {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly aggregateType: string;
  readonly sequence: number;
  /** The document as stored in the transaction of the event. */
  readonly payload: string;
}

/** No retry can publish this event: it is too large, or the receiver refuses its content. */
export class PermanentPublishError extends Error {}

/**
 * Publishes events to one external system. An event stays in the outbox until `publish` resolves. The relay publishes the
 * events of one aggregate in sequence, and those of several aggregates concurrently.
 */
export abstract class EventPublisher {
  /** As in `EVENT_PUBLISHERS`. */
  abstract readonly name: string;
  /**
   * Resolves when the receiver has confirmed the event. Always settles within ten seconds.
   * @throws PermanentPublishError if a retry cannot succeed; any other error may be transient
   */
  abstract publish(event: EventEnvelope): Promise<void>;
  /** Rejects if the receiver is unavailable. */
  abstract check(): Promise<void>;
  abstract close(): Promise<void>;
}

/** The configured publishers. There may be several. */
export abstract class EventPublishers {
  abstract readonly all: readonly EventPublisher[];
}
