import { type Page, type PagePosition, type PageRequest, toPage } from '#kernel';
import { andConditions, type Database, joinSql, keysetAfter, limitClause, type Sql, wrapSql } from '#platform/database';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../../application/views.js';
import type { DocumentSealer } from '../crypto/document-sealer.js';
import { prefixConditions } from './prefix-search.js';
import { rowToCustomerView, VIEW_COLUMNS, type ViewRow } from './sql-customer-views.js';

type Row = ViewRow & { readonly standing: ListedCustomer['status'] };

const COLUMNS = [...VIEW_COLUMNS, 'standing'];
const ORDER_BY_CREATION = 'order by created_at, id';
/** How many of the next customers are looked at for a beginning, before the indexes are asked who has it. */
const SEARCH_WINDOW_ROWS = 2_000;

/**
 * Pages come from an index in their own order, never by counting rows. One standing is one range of it, so the living are two
 * ranges, merged.
 */
export class SqlCustomerLists extends CustomerLists {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentSealer,
    private readonly window = SEARCH_WINDOW_ROWS,
  ) {
    super();
  }

  async page(filter: CustomerFilter, { limit: many, after }: PageRequest): Promise<Page<ListedCustomer>> {
    const wanted = { after, rows: rowsToRead(many) };
    const rows = isPrefixSearch(filter) ? await this.#searchPage(filter, wanted) : await this.#readPage(filter, wanted);
    return toPage(rows, many, placeOf, (row) => toListed(row, this.documents));
  }

  async count(filter: CustomerFilter): Promise<number> {
    const whose = isPrefixSearch(filter)
      ? wrapSql('select count(*) as n from (', matchingIdsSql(filter, null), ') everybody')
      : wrapSql(
          'select count(*) as n from customers where ',
          andConditions([statusCondition(filter), ...filterConditions(filter, null)]),
          '',
        );
    const [row] = await this.#read<{ readonly n: number | string }>(whose);
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
   * What many begin with is found among the next few; what is found there rarely is asked of the indexes, which know
   * everybody who begins so, and is sorted. Neither depends on what the database believes of its rows.
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
    const everybody = wrapSql('select id, created_at from (', matchingIdsSql(filter, wanted.after), ') everybody');
    return this.#readFullRows(everybody, wanted.rows);
  }

  /** So many of a list in its order. */
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

  /** The rows of the first of these ids. */
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

/** One more than wanted, in a few sizes only: every size is a statement of its own to the database. */
const rowsToRead = (many: number): number => ([20, 50, 100].find((size) => many <= size) as number) + 1;

/** Who has this e-mail address, phone number or document is one person: no search needs to be made. */
const isPrefixSearch = ({ email, phone, documentHashes, prefix }: CustomerFilter): boolean =>
  prefix !== null && email === null && phone === null && documentHashes === null;

const statusesOf = ({ status }: CustomerFilter): readonly string[] => (status ? [status] : ['active', 'suspended']);

function statusCondition(filter: CustomerFilter): Sql {
  const values = statusesOf(filter);
  return { sql: `standing in (${values.map(() => '?').join(', ')})`, values };
}

/** All but the standing and the beginning. */
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

/** Whoever begins so, by one column or another. */
function prefixClause({ prefix }: CustomerFilter): readonly Sql[] {
  if (prefix === null) return [];
  return [wrapSql('(', joinSql(prefixConditions(prefix), ' or '), ')')];
}

/** Ids of whoever begins so: one range of one index per column. */
function matchingIdsSql(filter: CustomerFilter, after: PagePosition | null): Sql {
  const rest = [statusCondition(filter), ...filterConditions(filter, after)];
  const parts = prefixConditions(filter.prefix ?? '').map((one) => andConditions([one, ...rest]));
  return joinSql(
    parts.map((part) => wrapSql('select id, created_at from customers where ', part)),
    ' union ',
  );
}

const placeOf = ({ created_at: at, id }: Row): PagePosition => ({ at, id });

const toListed = ({ standing, ...row }: Row, documents: DocumentSealer): ListedCustomer => ({
  ...rowToCustomerView(row, documents),
  status: standing,
});
