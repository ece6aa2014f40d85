import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Sql } from '#platform/database';
import { DATABASES } from '#platform/database/testing';
import { explainStatement } from '../../../../../test/support/query-plan.js';
import type { CustomerFilter } from '../../application/views.js';
import { DOCUMENT_SEALER, openCustomersDatabase } from '../../testing/customers-database.js';
import { SqlCustomerLists } from './sql-customer-lists.js';

const PEOPLE = 20_000;
const BATCH = 1_000;
const WINDOW = 2_000;
const PAGE = 21;
const RARE = 7_777;
const NO_FILTER: CustomerFilter = {
  ...{ email: null, phone: null, documentHashes: null, status: null, createdAfter: null, prefix: null },
};
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (n: number) => new Date(START + n * 1_000);
const hash = (n: number, kind: string) => `${kind}${n}`.padStart(64, '0');

/** One customer in ten is suspended. One has a rare last name, all others are named Smith. */
function rowOf(n: number): readonly unknown[] {
  const [status, name] = [n % 10 === 0 ? 'suspended' : 'active', n === RARE ? 'quux' : 'smith'];
  return [
    ...[randomUUID(), `person${n}@example.org`, hash(n, 'a'), `+1415${2_000_000 + n}`, hash(n, 'b'), hash(n, 'c')],
    ...['US', 'en', '{}', status, 'code', randomUUID(), at(n), at(n), 1, status, name],
  ];
}
const COLUMNS =
  'id, email, email_hash, phone, phone_hash, document_hash, market, locale, attributes, status, verified_by, attempt_id, created_at, updated_at, version, standing, last_name_key';

describe.each(DATABASES)('query plans of customer lists on %s', (_, fresh) => {
  let database: Database;
  let drop: () => Promise<void>;
  const asked: Sql[] = [];
  let lists: SqlCustomerLists;

  beforeAll(async () => {
    ({ database, drop } = await openCustomersDatabase(fresh));
    for (let from = 0; from < PEOPLE; from += BATCH) {
      const rows = Array.from({ length: BATCH }, (_, n) => rowOf(from + n));
      const marks = rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
      await database.execute(`insert into customers (${COLUMNS}) values ${marks}`, rows.flat());
    }
    await database.execute(database.dialect === 'postgres' ? 'analyze customers' : 'analyze table customers', []);
    const listening = {
      dialect: database.dialect,
      query: (sql: string, values: readonly unknown[]) => {
        asked.push({ sql, values });
        return database.query(sql, values);
      },
    };
    lists = new SqlCustomerLists(listening as unknown as Database, DOCUMENT_SEALER, WINDOW);
  }, 120_000);
  afterAll(() => drop?.());

  const read = async (filter: Partial<CustomerFilter>, after: number | null) => {
    asked.length = 0;
    const place = after === null ? null : { at: at(after), id: '00000000-0000-4000-8000-000000000000' };
    const { items } = await lists.page({ ...NO_FILTER, ...filter }, { limit: 20, after: place });
    const readings = [];
    for (const statement of asked) readings.push(await explainStatement(database, statement));
    return {
      found: items.length,
      rows: readings.reduce((sum, { rows }) => sum + rows, 0),
      scans: readings.flatMap(({ scans }) => scans),
    };
  };
  const NEAR = 2 * WINDOW + 2 * PAGE;

  it.each<[string, Partial<CustomerFilter>, number | null, found: number, most: number]>([
    ['the first page', {}, null, 20, 2 * PAGE],
    ['a page in the middle', {}, PEOPLE / 2, 20, 2 * PAGE],
    ['the last page', {}, PEOPLE - 10, 10, 2 * PAGE],
    ['the suspended', { status: 'suspended' }, PEOPLE / 2, 20, PAGE],
    ['the deleted, of whom there are none', { status: 'deleted' }, null, 0, 0],
    ['those after a moment', { createdAfter: at(PEOPLE - 100) }, null, 20, 2 * PAGE],
    ['an address', { email: `person${RARE}@example.org` }, null, 1, 1],
    ['a number', { phone: `+1415${2_000_000 + RARE}` }, null, 1, 1],
    ['a document', { documentHashes: [hash(RARE, 'c')] }, null, 1, 2],
    ['what many begin with', { prefix: 'smi' }, null, 20, NEAR],
    ['what many begin with, in the middle', { prefix: 'smi' }, PEOPLE / 2, 20, NEAR],
    ['what one begins with', { prefix: 'quux' }, null, 1, NEAR + 10],
  ])('%s: an index is walked as far as the page goes', async (_what, filter, after, found, most) => {
    const reading = await read(filter, after);
    expect(reading.found).toBe(found);
    expect(reading.scans).toEqual([]);
    expect(reading.rows).toBeLessThanOrEqual(most);
  });
});
