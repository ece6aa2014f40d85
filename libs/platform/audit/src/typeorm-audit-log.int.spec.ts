import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditFilter, type Ids, type PagePosition, type RecordedEntry, uuidv7 } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase, openDatabase } from '#platform/database/testing';
import { auditTables } from './tables.js';
import { TypeOrmAuditLog } from './typeorm-audit-log.js';
import { TypeOrmAuditTrail } from './typeorm-audit-trail.js';

const ANY: AuditFilter = { actor: null, target: null, concerned: null, action: null, from: null, to: null };
const [MIA, EVE] = [randomUUID(), randomUUID()];

describe.each(DATABASES)('TypeOrmAuditLog on %s', (_, fresh) => {
  const clock = new FixedClock();
  const ids: Ids = { next: () => uuidv7(clock.now().getTime()), opaque: () => randomUUID() };
  let opened: OpenDatabase;
  let log: TypeOrmAuditLog;
  beforeAll(async () => {
    opened = await openDatabase(fresh, [auditTables]);
    const trail = new TypeOrmAuditTrail(opened.database, clock, ids);
    log = new TypeOrmAuditLog(opened.database);
    for (let n = 0; n < 12; n++) {
      const [actor, target] = [n % 2 ? MIA : EVE, n % 3 ? EVE : MIA];
      await trail.record({
        action: n % 4 ? 'auth.refreshed' : 'customers.changed',
        actor,
        target,
        source: `10.0.0.${n}`,
        ...(n === 1 && { detail: 'GET /v1/customers/:id' }),
      });
      // Some have the same time.
      if (n % 2) await clock.pause(1_000);
    }
  });
  afterAll(() => opened.drop());

  const walk = async (filter: AuditFilter, limit: number): Promise<RecordedEntry[]> => {
    const seen: RecordedEntry[] = [];
    for (let after: PagePosition | null | undefined; after !== null; ) {
      const { items, next }: Awaited<ReturnType<TypeOrmAuditLog['page']>> = await log.page(filter, {
        limit,
        after: after ?? null,
      });
      seen.push(...items);
      after = next;
    }
    expect(await log.count(filter)).toBe(seen.length);
    return seen;
  };
  const sources = (entries: readonly RecordedEntry[]) => entries.map(({ source }) => Number(source?.split('.').at(-1)));

  it('returns entries with all fields, in the order of their time', async () => {
    const seen = await walk(ANY, 5);
    expect(seen).toHaveLength(12);
    expect(seen[1]).toEqual({
      ...{ id: expect.any(String), at: '2026-03-01T12:00:00.000Z', action: expect.any(String), correlationId: null },
      ...{ actor: expect.any(String), target: expect.any(String), source: expect.any(String) },
      detail: expect.toBeOneOf([null, 'GET /v1/customers/:id']),
    });
    expect(seen.map(({ detail }) => detail).filter((detail) => detail !== null)).toEqual(['GET /v1/customers/:id']);
    const inOrder = [...seen].sort((a, b) => (a.at + a.id < b.at + b.id ? -1 : 1));
    expect(seen).toEqual(inOrder);
    expect(sources(seen).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each<[string, Partial<AuditFilter>, (n: number) => boolean]>([
    ['an actor', { actor: MIA }, (n) => n % 2 === 1],
    ['a target', { target: MIA }, (n) => n % 3 === 0],
    ['an action', { action: 'customers.changed' }, (n) => n % 4 === 0],
    ['all of them', { actor: EVE, target: MIA, action: 'customers.changed' }, (n) => n % 12 === 0],
    ['everyone concerned, without duplicates', { concerned: MIA }, (n) => n % 2 === 1 || n % 3 === 0],
    [
      'a time',
      { from: new Date('2026-03-01T12:00:01Z'), to: new Date('2026-03-01T12:00:03Z') },
      (n) => n >= 2 && n < 6,
    ],
    ['nobody', { actor: randomUUID() }, () => false],
    ['part of an action', { action: 'auth' }, () => false],
  ])('finds %s, page by page', async (_what, filter, fits) => {
    const expected = Array.from({ length: 12 }, (_n, n) => n).filter(fits);
    for (const limit of [1, 2, 50]) {
      const found = sources(await walk({ ...ANY, ...filter }, limit));
      expect(found.sort((a, b) => a - b)).toEqual(expected);
    }
  });
});
