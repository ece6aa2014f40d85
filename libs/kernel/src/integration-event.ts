/**
 * A versioned public event, published to the other systems of the business. Subclasses are named in the past tense with their
 * version (`CustomerCreatedV1`). They never carry a code, password, token or more personal data than the event table of the
 * documentation lists.
 */
export abstract class IntegrationEvent<Data extends object = object> {
  /** `<subject>.<past-tense>.v<n>` */
  abstract readonly type: string;
  /** `/foyer/<module>` */
  abstract readonly source: string;
  /** Events of one aggregate type and id are delivered in the order of their sequence. */
  abstract readonly aggregateType: string;
  /** Set when the event has its own id for deduplication; otherwise the outbox assigns one. */
  readonly id?: string;
  /** Published instead of `data` with `EVENT_PERSONAL_DATA=omit`. Absent when `data` holds no personal data. */
  readonly sparse?: object;
  /** The event is also sent to the external analytics system (`ANALYTICS_URL`). */
  readonly forAnalytics: boolean = false;

  /**
   * @param subject id of the aggregate
   * @param sequence 1, 2, 3 … per aggregate type and id, without gaps
   * @param market ISO 3166-1 alpha-2
   */
  constructor(
    readonly subject: string,
    readonly sequence: number,
    readonly market: string,
    readonly data: Data,
  ) {}
}

/** An event with this id is already published. The current transaction must roll back. */
export class AlreadyPublished extends Error {}

/** Handlers publish events through the outbox. Appending joins the ambient transaction: the event exists if and only if it commits. */
export abstract class Outbox {
  /** @throws AlreadyPublished */
  abstract append(event: IntegrationEvent): Promise<void>;
  /**
   * Appends many events at once, each the first of its aggregate. They never delay events that are appended singly. Later events
   * of the same aggregates are still published after them.
   * @throws AlreadyPublished
   */
  abstract appendInBulk(events: readonly IntegrationEvent[]): Promise<void>;
}
