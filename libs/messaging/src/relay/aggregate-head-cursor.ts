import { type Database, limitClause } from '#platform/database';

/** Rows that one look reads. */
const PAGE_SIZE = 100;

interface Row {
  readonly id: string | number;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
}

/** Behind this aggregate; without a subject, behind all of this type. */
interface CursorPosition {
  readonly type: string;
  readonly subject?: string;
}
const START_POSITION: CursorPosition = { type: '' };

export interface AggregateHead {
  readonly id: string;
  readonly sequence: number;
}

/** One page of a walk. */
export interface AggregateHeadPage {
  /** The first undelivered row of each aggregate, whether it is free or not. */
  readonly heads: readonly AggregateHead[];
  /** The walk has come to the end; it goes on from the start. */
  readonly isLastPage: boolean;
}

/**
 * Finds the heads of one publisher's aggregates by walking the unique index (publisher, aggregate, sequence): of the rows of
 * an aggregate the first is its head, the others are jumped over. A page costs the same however many events wait, behind one
 * aggregate or behind many. The next page begins where the last one ended, so that each aggregate has its turn.
 *
 * The columns are those of the index and no others: MariaDB reads from the place on only where it need not look at the table.
 */
export class AggregateHeadCursor {
  #position = START_POSITION;

  constructor(
    private readonly database: Database,
    private readonly publisher: string,
  ) {}

  /** @param maxHeads heads to give; those beyond come with the next page */
  async nextPage(maxHeads: number): Promise<AggregateHeadPage> {
    const { type, subject } = this.#position;
    const rows = await this.#readRows();
    const heads = rows.filter((row, n) => !isSameAggregate(row, rows[n - 1]));
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

  /** Two queries instead of one with an OR, which no planner reads as one way along the index. */
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
