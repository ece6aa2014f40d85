import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditFilter } from '#kernel';
import type { Database, Sql } from '#platform/database';
import { DATABASES, type OpenDatabase, openDatabase } from '#platform/database/testing';
import { explainStatement } from '../../../../test/support/query-plan.js';
import { auditTables } from './tables.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';

const LINES = 20_000;
const BATCH = 1_000;
const LIMIT = 20;
const PAGE = LIMIT + 1;
const RARE = 7_777;
const EVERYTHING: AuditFilter = { actor: null, target: null, concerned: null, action: null, from: null, to: null };
const [BUSY, MIA, LATE] = [randomUUID(), randomUUID(), randomUUID()];
const START = Date.parse('2026-01-01T00:00:00Z');
const at = (n: number) => new Date(START + n * 1_000);

/**
 * One busy actor made half of the entries, another who started late most of the last tenth. Mia is the target of one entry in
 * a hundred, and one entry has a unique action.
 */
const lineOf = (n: number) => ({
  ...{
    id: randomUUID(),
    at: at(n),
    action: n === RARE ? 'customer.erased' : `auth.refresh.${n % 2 ? 'repeated' : 'succeeded'}`,
  },
  ...{ actor: n % 2 ? BUSY : n > LINES * 0.9 ? LATE : randomUUID(), target: n % 100 ? randomUUID() : MIA },
  ...{ source: '192.0.2.7', correlation_id: randomUUID() },
});

describe.each(DATABASES)('audit log pages on %s', (_, fresh) => {
  let opened: OpenDatabase;
  const asked: Sql[] = [];
  let log: TypeOrmAuditLog;

  beforeAll(async () => {
    opened = await openDatabase(fresh, [auditTables]);
    const { database } = opened;
    for (let from = 0; from < LINES; from += BATCH)
      await database.insertRows(
        'audit_log',
        Array.from({ length: BATCH }, (_, n) => lineOf(from + n)),
      );
    await database.execute(database.dialect === 'postgres' ? 'analyze audit_log' : 'analyze table audit_log', []);
    const listening = {
      dialect: database.dialect,
      query: (sql: string, values: readonly unknown[]) => {
        asked.push({ sql, values });
        return database.query(sql, values);
      },
    };
    log = new TypeOrmAuditLog(listening as unknown as Database);
  }, 120_000);
  afterAll(() => opened?.drop());

  it.each<[string, Partial<AuditFilter>, number | null, found: number, maxRows: number]>([
    ['the first page', {}, null, LIMIT, PAGE],
    ['a page in the middle', {}, LINES / 2, LIMIT, PAGE],
    ['the last page', {}, LINES - 10, 10, PAGE],
    ['entries of one actor', { actor: BUSY }, LINES / 2, LIMIT, PAGE],
    ['entries of an actor who started late', { actor: LATE }, null, LIMIT, PAGE],
    ['entries about one target', { target: MIA }, LINES / 2, LIMIT, PAGE],
    ['entries that concern one customer', { concerned: MIA }, LINES / 2, LIMIT, 2 * PAGE],
    ['one kind of action', { action: 'auth.refresh.repeated' }, LINES / 2, LIMIT, PAGE],
    ['a rare action', { action: 'customer.erased' }, null, 1, PAGE],
    ['an action of which there is none', { action: 'admin.appointed' }, null, 0, 0],
    ['entries from a time on', { from: at(LINES - 100) }, null, LIMIT, PAGE],
    ['entries before a time', { to: at(100) }, null, LIMIT, PAGE],
    ['a period in the middle', { from: at(LINES / 2), to: at(LINES / 2 + 5) }, null, 5, PAGE],
    ['entries of one actor in a period', { actor: BUSY, from: at(LINES / 2), to: at(LINES / 2 + 10) }, null, 5, PAGE],
    ['entries of one actor with one action', { actor: BUSY, action: 'auth.refresh.repeated' }, LINES / 2, LIMIT, PAGE],
    ['entries about one target with a rare action', { target: MIA, action: 'customer.erased' }, null, 0, LINES / 100],
    ['entries of one actor about one target', { actor: BUSY, target: MIA }, null, 0, LINES / 100],
  ])('%s: reads no more of the index than the page needs', async (_what, filter, after, found, maxRows) => {
    asked.length = 0;
    const place = after === null ? null : { at: at(after), id: '00000000-0000-4000-8000-000000000000' };
    const { items } = await log.page({ ...EVERYTHING, ...filter }, { limit: LIMIT, after: place });
    expect(items.length).toBe(found);
    const [statement] = asked as [Sql];
    const { rows, scans } = await explainStatement(opened.database, statement);
    expect(scans).toEqual([]);
    expect(rows).toBeLessThanOrEqual(maxRows);
  });
});
