import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ids } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase, openDatabase } from '#platform/database/testing';
import { runInContext } from '#platform/observability';
import { auditTables } from './tables.js';
import { TypeOrmAuditTrail } from './typeorm-audit-trail.js';

const IDS: Ids = { next: () => randomUUID(), opaque: () => randomUUID() };
const LOGGED_IN = { action: 'auth.login.succeeded', actor: 'mia', target: 'mia', source: '2001:db8::/64' };

describe.each(DATABASES)('TypeOrmAuditTrail on %s', (_, fresh) => {
  let opened: OpenDatabase;
  let trail: TypeOrmAuditTrail;
  beforeAll(async () => {
    opened = await openDatabase(fresh, [auditTables]);
    trail = new TypeOrmAuditTrail(opened.database, new FixedClock(), IDS);
  });
  afterAll(() => opened.drop());

  const rows = (action: string) =>
    opened.database.query<Record<string, unknown>>(
      'select at as at, actor, target, source, correlation_id from audit_log where action = ?',
      [action],
    );

  it('stores actor, action, target, time, source and correlation id [ST-11]', async () => {
    const context = { correlationId: 'a-1' } as Parameters<typeof runInContext>[0];
    await runInContext(context, () => trail.record(LOGGED_IN));
    const at = new Date('2026-03-01T12:00:00.000Z');
    const { action: _action, ...who } = LOGGED_IN;
    expect(await rows(LOGGED_IN.action)).toEqual([{ ...who, at, correlation_id: 'a-1' }]);
  });

  it('stores entries without an actor and without a request [ST-11]', async () => {
    await trail.record({ action: 'auth.sessions.ended', actor: null, target: 'f'.repeat(64), source: null });
    const [row] = await rows('auth.sessions.ended');
    expect(row).toMatchObject({ actor: null, target: 'f'.repeat(64), source: null, correlation_id: null });
  });

  it('stores nothing when the unit of work is rolled back', async () => {
    const changed = opened.database.runInTransaction(async () => {
      await trail.record({ ...LOGGED_IN, action: 'auth.undone' });
      throw new Error('changed its mind');
    });
    await expect(changed).rejects.toThrow('changed its mind');
    expect(await rows('auth.undone')).toEqual([]);
  });
});
