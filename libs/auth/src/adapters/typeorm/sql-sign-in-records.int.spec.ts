import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { allOf } from '#kernel/testing';
import { DATABASES } from '#platform/database/testing';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { SqlSignInRecords } from './sql-sign-in-records.js';

const AT = new Date('2026-03-01T12:00:00.000Z');
const LATER = Date.UTC(2026, 3, 1);

describe.each(DATABASES)('sign-in records on %s', (_, fresh) => {
  it('contain the data of the customer, without hashes and data of others', async () => {
    const { database, drop } = await openAuthDatabase(fresh);
    const [mia, eve, session, ended] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const hash = 'f'.repeat(64);
    const recordOf = async (customerId: string) => {
      const { sessions, ...record } = await new SqlSignInRecords(database).of(customerId);
      return { ...record, sessions: await allOf(sessions) };
    };
    const put = (table: string, row: Record<string, unknown>) => {
      const marks = Object.keys(row).map(() => '?');
      return database.execute(`insert into ${table} (${Object.keys(row)}) values (${marks})`, Object.values(row));
    };
    for (const [customer_id, credential] of [
      [mia, 'secret'],
      [eve, null],
    ] as const)
      await put('auth_subjects', {
        ...{
          customer_id,
          credential,
          roles: 'customer staff',
          status: 'active',
          generation: 1,
          market: 'US',
          locale: 'en',
        },
        ...{ one_time: 0, sequence: 0, created_at: AT, updated_at: AT },
      });
    for (const [id, customer_id, generation] of [
      [session, mia, 1],
      [ended, mia, 0],
      [randomUUID(), eve, 1],
    ] as const)
      await put('auth_sessions', {
        ...{
          id,
          customer_id,
          generation,
          turn: 0,
          current_hash: hash,
          rotated_ms: 0,
          expires_ms: LATER,
          revoked_ms: 0,
        },
        ...{ scope: 'customer', source: '10.0.0.1', created_at: id === session ? AT : new Date(LATER), used_at: AT },
      });
    const link = { id: randomUUID(), identity_hash: hash, issuer: 'https://login.example', subject: 'mia@there' };
    await put('auth_links', { ...link, customer_id: mia, created_at: AT });

    const record = await recordOf(mia);
    const known = {
      usedAt: AT.toISOString(),
      expiresAt: new Date(LATER).toISOString(),
      scope: 'customer',
      source: '10.0.0.1',
    };
    expect(record).toEqual({
      roles: ['customer', 'staff'],
      hasPassword: true,
      sessions: [
        { id: session, createdAt: AT.toISOString(), ...known, ended: false },
        { id: ended, createdAt: new Date(LATER).toISOString(), ...known, ended: true },
      ],
      links: [{ id: link.id, issuer: link.issuer, subject: link.subject, createdAt: AT.toISOString() }],
    });
    expect(JSON.stringify(record)).not.toContain('secret');
    expect(JSON.stringify(record)).not.toContain(hash);
    expect(await recordOf(eve)).toMatchObject({ hasPassword: false, links: [] });
    const none = { roles: [], hasPassword: false, sessions: [], links: [] };
    expect(await recordOf(randomUUID())).toEqual(none);
    await drop();
  });
});
