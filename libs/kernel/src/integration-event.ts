/**
 * Something that happened, told to the rest of the business: a versioned public fact. Subclasses are named in the past
 * tense with their version (`CustomerCreatedV1`) and never carry a code, password, token or more personal data than the
 * event table of the documentation says.
 */
export abstract class IntegrationEvent<Data extends object = object> {
  /** `<subject>.<past-tense>.v<n>` */
  abstract readonly type: string;
  /** `/foyer/<module>` */
  abstract readonly source: string;
  /** Events of one aggregate type and id are delivered in the order of their sequence. */
  abstract readonly aggregateType: string;
  /** Set when the fact has an id of its own by which it must not be told twice; else the outbox gives one. */
  readonly id?: string;
  /** Told instead of `data` where personal data must not leave (`EVENT_PERSONAL_DATA=omit`); else `data` holds none. */
  readonly sparse?: object;
  /** The external analytics system (`ANALYTICS_URL`) is told of it as well. */
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

/** This very event, by its id, is announced already. The transaction that tried must be given up. */
export class AlreadyPublished extends Error {}

/** Where handlers announce events. Appending joins the ambient transaction: the event exists if and only if it commits. */
export abstract class Outbox {
  /** @throws AlreadyAnnounced */
  abstract append(event: IntegrationEvent): Promise<void>;
  /**
   * Many at once, the first of as many aggregates. They never hold up what is appended alone; what is appended to one of these
   * aggregates later comes behind them all the same.
   * @throws AlreadyAnnounced
   */
  abstract appendInBulk(events: readonly IntegrationEvent[]): Promise<void>;
}
