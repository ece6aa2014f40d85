import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import type { Settings } from '#platform/config';
import { countRowsContaining, listTextColumns } from '#platform/database';
import { DATABASES, type OpenDatabase, openDatabase } from '#platform/database/testing';
import { AuditRetentionTask } from './audit-retention-task.js';
import { auditTables } from './tables.js';
import { TypeOrmAuditTrail } from './typeorm-audit-trail.js';

const DAY = 24 * 3_600_000;
const IDS = { next: () => randomUUID(), opaque: () => randomUUID() };

describe.each(DATABASES)('on %s', (_, fresh) => {
  let opened: OpenDatabase;
  const clock = new FixedClock();
  const purge = (auditDays: number | null) =>
    new AuditRetentionTask(opened.database, clock, { auditDays } as Settings).run();
  const record = (target: string) =>
    new TypeOrmAuditTrail(opened.database, clock, IDS).record({ action: 'auth.x', actor: null, target, source: null });

  beforeAll(async () => {
    opened = await openDatabase(fresh, [auditTables]);
  });
  afterAll(() => opened.drop());

  it('keeps audit log entries for the given number of days, or forever', async () => {
    await record('old');
    clock.advance(365 * DAY);
    await record('young');
    expect(await purge(365)).toBe(0);
    clock.advance(1);
    expect(await purge(null)).toBe(0);
    expect([await purge(365), await purge(365)]).toEqual([1, 0]);
    expect(await opened.database.query('select target as target from audit_log')).toEqual([{ target: 'young' }]);
  });

  it('finds a text in every column, whatever characters it contains', async () => {
    const columns = await listTextColumns(opened.database);
    expect(columns).toContainEqual({ table: 'audit_log', column: 'target' });
    expect(columns.map(({ column }) => column)).not.toContain('at');
    const target = { table: 'audit_log', column: 'target' };
    for (const text of ['100%_!', 'Éa[b]', 'it’s "q"', "o'neil\\"]) {
      await record(`x${text}y`);
      expect(await countRowsContaining(opened.database, target, text), text).toBe(1);
    }
    for (const text of ['1%0', '_', '!!', 'ab'])
      expect(await countRowsContaining(opened.database, target, text === '_' ? 'a_b' : text)).toBe(0);
  });
});
