import { type Database, limitClause } from '#platform/database';

/** Rows per page. */
const PAGE_SIZE = 100;

interface Row {
  readonly id: string | number;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
}

/** After this aggregate; without a subject, after all aggregates of this type. */
interface CursorPosition {
  readonly type: string;
  readonly subject?: string;
}
const START_POSITION: CursorPosition = { type: '' };

export interface AggregateHead {
  readonly id: string;
  readonly sequence: number;
}

/** One page of a pass over the index. */
export interface AggregateHeadPage {
  /** The first undelivered row of each aggregate, leased or not. */
  readonly heads: readonly AggregateHead[];
  /** The pass is complete; the next page begins at the start. */
  readonly isLastPage: boolean;
}

/**
 * Finds the heads of one publisher's aggregates along the unique index (publisher, aggregate, sequence). The first row of
 * an aggregate is its head; the cursor skips the others. The cost of a page does not depend on the number of pending events
 * or aggregates. The next page begins where the last one ended, so every aggregate is reached.
 *
 * The query selects only columns of the index: MariaDB seeks to the position only with a covering index.
 */
export class AggregateHeadCursor {
  #position = START_POSITION;

  constructor(
    private readonly database: Database,
    private readonly publisher: string,
  ) {}

  /** @param maxHeads maximum number of heads; the next page begins with the rest */
  async nextPage(maxHeads: number): Promise<AggregateHeadPage> {
    const { type, subject } = this.#position;
    const rows = await this.#readRows();
    const heads = rows.filter((row, index) => !isSameAggregate(row, rows[index - 1]));
    const returnedHeads = heads.slice(0, maxHeads);
    const last =
      heads.length > returnedHeads.length ? returnedHeads.at(-1) : rows.length === PAGE_SIZE ? rows.at(-1) : undefined;
    const restOfType = last === undefined && subject !== undefined;
    this.#position = last ? { type: last.type, subject: last.subject } : restOfType ? { type } : START_POSITION;
    return {
      heads: returnedHeads.map(({ id, sequence }) => ({ id: String(id), sequence })),
      isLastPage: last === undefined && !restOfType,
    };
  }

  /** Two queries instead of one with an OR, which no planner executes as a single index range scan. */
  #readRows(): Promise<Row[]> {
    const { type, subject } = this.#position;
    const [from, order, values] =
      subject === undefined
        ? ['aggregate_type > ?', 'aggregate_type, aggregate_id, sequence', [type]]
        : ['aggregate_type = ? and aggregate_id > ?', 'aggregate_id, sequence', [type, subject]];
    const sql = `select id as id, aggregate_type as type, aggregate_id as subject, sequence as sequence
      from outbox_deliveries where publisher = ? and ${from} order by ${order} ${limitClause(this.database.dialect, PAGE_SIZE)}`;
    return this.database.query<Row>(sql, [this.publisher, ...values]);
  }
}

const isSameAggregate = (row: Row, other: Row | undefined): boolean =>
  row.subject === other?.subject && row.type === other.type;
