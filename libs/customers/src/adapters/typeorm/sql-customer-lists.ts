import { type Page, type PageWanted, type Place, pageOf } from '#kernel';
import { all, behind, type Database, enclosed, joined, limit, type Sql } from '#platform';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../../application/views.js';
import type { SealedDocuments } from '../crypto/sealed-documents.js';
import { beginnings } from './beginnings.js';
import { toView, VIEW_COLUMNS, type ViewRow } from './sql-customer-views.js';

type Row = ViewRow & { readonly standing: ListedCustomer['status'] };

const COLUMNS = [...VIEW_COLUMNS, 'standing'];
const IN_ORDER = 'order by created_at, id';
/** How many of the next customers are looked at for a beginning, before the indexes are asked who has it. */
const WINDOW = 2_000;

/**
 * Pages come from an index in their own order, never by counting rows. One standing is one range of it, so the living are two
 * ranges, merged.
 */
export class SqlCustomerLists extends CustomerLists {
  constructor(
    private readonly database: Database,
    private readonly documents: SealedDocuments,
    private readonly window = WINDOW,
  ) {
    super();
  }

  async page(filter: CustomerFilter, { limit: many, after }: PageWanted): Promise<Page<ListedCustomer>> {
    const wanted = { after, rows: sizeFor(many) };
    const rows = isSearch(filter) ? await this.#search(filter, wanted) : await this.#walk(filter, wanted);
    return pageOf(rows, many, placeOf, (row) => toListed(row, this.documents));
  }

  async count(filter: CustomerFilter): Promise<number> {
    const whose = isSearch(filter)
      ? enclosed('select count(*) as n from (', found(filter, null), ') everybody')
      : enclosed(
          'select count(*) as n from customers where ',
          all([inStanding(filter), ...conditions(filter, null)]),
          '',
        );
    const [row] = await this.#read<{ readonly n: number | string }>(whose);
    return Number(row?.n ?? 0);
  }

  #walk(filter: CustomerFilter, wanted: Wanted): Promise<Row[]> {
    return this.#read(
      this.#inTurn(COLUMNS, filter, [...conditions(filter, wanted.after), ...anyOf(filter)], wanted.rows),
    );
  }

  /**
   * What many begin with is found among the next few; what is found there rarely is asked of the indexes, which know
   * everybody who begins so, and is sorted. Neither depends on what the database believes of its rows.
   */
  async #search(filter: CustomerFilter, wanted: Wanted): Promise<Row[]> {
    const keys = ['id', 'created_at', 'email', 'phone', 'last_name_key'];
    const next = this.#inTurn(keys, filter, conditions(filter, wanted.after), this.window);
    const among = joined([enclosed('select id, created_at from (', next, ') next_ones where'), ...anyOf(filter)], ' ');
    const near = await this.#inFull(among, wanted.rows);
    if (near.length === wanted.rows) return near;
    const everybody = enclosed('select id, created_at from (', found(filter, wanted.after), ') everybody');
    return this.#inFull(everybody, wanted.rows);
  }

  /** So many of a list in its order. */
  #inTurn(columns: readonly string[], filter: CustomerFilter, where: readonly Sql[], rows: number): Sql {
    const [names, first] = [columns.join(', '), `${IN_ORDER} ${limit(this.database.dialect, rows)}`];
    const ranges = standingsOf(filter).map((standing) => {
      const condition = all([{ sql: 'standing = ?', values: [standing] }, ...where]);
      return enclosed(`select ${names} from customers where `, condition, ` ${first}`);
    });
    const [only] = ranges;
    if (only && ranges.length === 1) return only;
    const parts = ranges.map((range, n) => enclosed(`select ${names} from (`, range, `) range_${n}`));
    return enclosed('', joined(parts, ' union all '), ` ${first}`);
  }

  /** The rows of the first of these ids. */
  #inFull(ids: Sql, rows: number): Promise<Row[]> {
    const names = COLUMNS.map((name) => `c.${name} as ${name}`).join(', ');
    const first = enclosed('(', ids, ` ${IN_ORDER} ${limit(this.database.dialect, rows)}) f`);
    return this.#read(
      enclosed(`select ${names} from `, first, ' join customers c on c.id = f.id order by f.created_at, f.id'),
    );
  }

  #read<Found = Row>({ sql, values }: Sql): Promise<Found[]> {
    return this.database.query<Found>(sql, values);
  }
}

interface Wanted {
  readonly after: Place | null;
  readonly rows: number;
}

/** One more than wanted, in a few sizes only: every size is a statement of its own to the database. */
const sizeFor = (many: number): number => ([20, 50, 100].find((size) => many <= size) as number) + 1;

/** Who has this e-mail address, phone number or document is one person: no search needs to be made. */
const isSearch = ({ email, phone, documentHashes, beginning }: CustomerFilter): boolean =>
  beginning !== null && email === null && phone === null && documentHashes === null;

const standingsOf = ({ status }: CustomerFilter): readonly string[] => (status ? [status] : ['active', 'suspended']);

function inStanding(filter: CustomerFilter): Sql {
  const values = standingsOf(filter);
  return { sql: `standing in (${values.map(() => '?').join(', ')})`, values };
}

/** All but the standing and the beginning. */
function conditions(filter: CustomerFilter, after: Place | null): readonly Sql[] {
  const { email, phone, documentHashes, createdAfter } = filter;
  return [
    ...(email === null ? [] : [{ sql: 'email = ?', values: [email] }]),
    ...(phone === null ? [] : [{ sql: 'phone = ?', values: [phone] }]),
    ...(documentHashes === null
      ? []
      : [{ sql: `document_hash in (${documentHashes.map(() => '?').join(', ')})`, values: documentHashes }]),
    ...(createdAfter === null ? [] : [{ sql: 'created_at > ?', values: [createdAfter] }]),
    ...(after === null ? [] : [behind(after, 'created_at')]),
  ];
}

/** Whoever begins so, by one column or another. */
function anyOf({ beginning }: CustomerFilter): readonly Sql[] {
  if (beginning === null) return [];
  return [enclosed('(', joined(beginnings(beginning), ' or '), ')')];
}

/** Ids of whoever begins so: one range of one index per column. */
function found(filter: CustomerFilter, after: Place | null): Sql {
  const rest = [inStanding(filter), ...conditions(filter, after)];
  const parts = beginnings(filter.beginning ?? '').map((one) => all([one, ...rest]));
  return joined(
    parts.map((part) => enclosed('select id, created_at from customers where ', part)),
    ' union ',
  );
}

const placeOf = ({ created_at: at, id }: Row): Place => ({ at, id });

const toListed = ({ standing, ...row }: Row, documents: SealedDocuments): ListedCustomer => ({
  ...toView(row, documents),
  status: standing,
});
