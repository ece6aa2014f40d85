import { type Page, type PagePosition, type PageRequest, toPage } from '#kernel';
import { andConditions, type Database, joinSql, keysetAfter, limitClause, type Sql, wrapSql } from '#platform/database';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../../application/views.js';
import type { DocumentSealer } from '../crypto/document-sealer.js';
import { prefixConditions } from './prefix-search.js';
import { rowToCustomerView, VIEW_COLUMNS, type ViewRow } from './sql-customer-views.js';

type Row = ViewRow & { readonly standing: ListedCustomer['status'] };

const COLUMNS = [...VIEW_COLUMNS, 'standing'];
const ORDER_BY_CREATION = 'order by created_at, id';
/** Rows that a prefix search scans in list order before it uses the prefix indexes. */
const SEARCH_WINDOW_ROWS = 2_000;

/**
 * Pages use keyset pagination on an index, never an offset. Each status is one index range, so the default list merges two
 * ranges.
 */
export class SqlCustomerLists extends CustomerLists {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentSealer,
    private readonly window = SEARCH_WINDOW_ROWS,
  ) {
    super();
  }

  async page(filter: CustomerFilter, { limit, after }: PageRequest): Promise<Page<ListedCustomer>> {
    const wanted = { after, rows: rowsToRead(limit) };
    const rows = isPrefixSearch(filter) ? await this.#searchPage(filter, wanted) : await this.#readPage(filter, wanted);
    return toPage(rows, limit, positionOf, (row) => toListed(row, this.documents));
  }

  async count(filter: CustomerFilter): Promise<number> {
    const countSql = isPrefixSearch(filter)
      ? wrapSql('select count(*) as n from (', matchingIdsSql(filter, null), ') everybody')
      : wrapSql(
          'select count(*) as n from customers where ',
          andConditions([statusCondition(filter), ...filterConditions(filter, null)]),
          '',
        );
    const [row] = await this.#read<{ readonly n: number | string }>(countSql);
    return Number(row?.n ?? 0);
  }

  #readPage(filter: CustomerFilter, wanted: RequestedRows): Promise<Row[]> {
    return this.#read(
      this.#orderedSql(
        COLUMNS,
        filter,
        [...filterConditions(filter, wanted.after), ...prefixClause(filter)],
        wanted.rows,
      ),
    );
  }

  /**
   * Finds a common prefix by a scan of the next rows. For a rare prefix, reads all matches from the prefix indexes and sorts
   * them. Neither depends on the planner's statistics.
   */
  async #searchPage(filter: CustomerFilter, wanted: RequestedRows): Promise<Row[]> {
    const keys = ['id', 'created_at', 'email', 'phone', 'last_name_key'];
    const next = this.#orderedSql(keys, filter, filterConditions(filter, wanted.after), this.window);
    const among = joinSql(
      [wrapSql('select id, created_at from (', next, ') next_ones where'), ...prefixClause(filter)],
      ' ',
    );
    const near = await this.#readFullRows(among, wanted.rows);
    if (near.length === wanted.rows) return near;
    const matchingIds = wrapSql('select id, created_at from (', matchingIdsSql(filter, wanted.after), ') everybody');
    return this.#readFullRows(matchingIds, wanted.rows);
  }

  /** Selects the first `rows` rows in list order. */
  #orderedSql(columns: readonly string[], filter: CustomerFilter, where: readonly Sql[], rows: number): Sql {
    const [names, first] = [columns.join(', '), `${ORDER_BY_CREATION} ${limitClause(this.database.dialect, rows)}`];
    const ranges = statusesOf(filter).map((standing) => {
      const condition = andConditions([{ sql: 'standing = ?', values: [standing] }, ...where]);
      return wrapSql(`select ${names} from customers where `, condition, ` ${first}`);
    });
    const [only] = ranges;
    if (only && ranges.length === 1) return only;
    const parts = ranges.map((range, n) => wrapSql(`select ${names} from (`, range, `) range_${n}`));
    return wrapSql('', joinSql(parts, ' union all '), ` ${first}`);
  }

  /** Reads the full rows of the first ids. */
  #readFullRows(ids: Sql, rows: number): Promise<Row[]> {
    const names = COLUMNS.map((name) => `c.${name} as ${name}`).join(', ');
    const first = wrapSql('(', ids, ` ${ORDER_BY_CREATION} ${limitClause(this.database.dialect, rows)}) f`);
    return this.#read(
      wrapSql(`select ${names} from `, first, ' join customers c on c.id = f.id order by f.created_at, f.id'),
    );
  }

  #read<Found = Row>({ sql, values }: Sql): Promise<Found[]> {
    return this.database.query<Found>(sql, values);
  }
}

interface RequestedRows {
  readonly after: PagePosition | null;
  readonly rows: number;
}

/** One more than requested. Only a few sizes exist, because each is a separate prepared statement. */
const rowsToRead = (limit: number): number => ([20, 50, 100].find((size) => limit <= size) as number) + 1;

/** An e-mail address, phone number or document matches at most one customer, so no search is needed. */
const isPrefixSearch = ({ email, phone, documentHashes, prefix }: CustomerFilter): boolean =>
  prefix !== null && email === null && phone === null && documentHashes === null;

const statusesOf = ({ status }: CustomerFilter): readonly string[] => (status ? [status] : ['active', 'suspended']);

function statusCondition(filter: CustomerFilter): Sql {
  const values = statusesOf(filter);
  return { sql: `standing in (${values.map(() => '?').join(', ')})`, values };
}

/** All conditions except status and prefix. */
function filterConditions(filter: CustomerFilter, after: PagePosition | null): readonly Sql[] {
  const { email, phone, documentHashes, createdAfter } = filter;
  return [
    ...(email === null ? [] : [{ sql: 'email = ?', values: [email] }]),
    ...(phone === null ? [] : [{ sql: 'phone = ?', values: [phone] }]),
    ...(documentHashes === null
      ? []
      : [{ sql: `document_hash in (${documentHashes.map(() => '?').join(', ')})`, values: documentHashes }]),
    ...(createdAfter === null ? [] : [{ sql: 'created_at > ?', values: [createdAfter] }]),
    ...(after === null ? [] : [keysetAfter(after, 'created_at')]),
  ];
}

/** Matches the prefix in any searchable column. */
function prefixClause({ prefix }: CustomerFilter): readonly Sql[] {
  if (prefix === null) return [];
  return [wrapSql('(', joinSql(prefixConditions(prefix), ' or '), ')')];
}

/** Selects the ids of all prefix matches: one index range per column. */
function matchingIdsSql(filter: CustomerFilter, after: PagePosition | null): Sql {
  const rest = [statusCondition(filter), ...filterConditions(filter, after)];
  const parts = prefixConditions(filter.prefix ?? '').map((condition) => andConditions([condition, ...rest]));
  return joinSql(
    parts.map((part) => wrapSql('select id, created_at from customers where ', part)),
    ' union ',
  );
}

const positionOf = ({ created_at: at, id }: Row): PagePosition => ({ at, id });

const toListed = ({ standing, ...row }: Row, documents: DocumentSealer): ListedCustomer => ({
  ...rowToCustomerView(row, documents),
  status: standing,
});
