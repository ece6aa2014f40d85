import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES, type OpenDatabase, openDatabase } from '#platform/database/testing';
import { auditTables } from './tables.js';

const DAY = 24 * 3_600_000;
const REFUSED = /lines of the audit trail are not changed/;

describe.each(DATABASES)('the audit_log table on %s', (_, fresh) => {
  let opened: OpenDatabase;
  beforeAll(async () => {
    opened = await openDatabase(fresh, [auditTables]);
  });
  afterAll(() => opened.drop());

  const line = async (age: number): Promise<string> => {
    const id = randomUUID();
    const sql = 'insert into audit_log (id, at, action) values (?, ?, ?)';
    await opened.database.execute(sql, [id, new Date(Date.now() - age), 'auth.x']);
    return id;
  };
  const left = async (id: string) =>
    (await opened.database.query('select action as action, actor as actor from audit_log where id = ?', [id]))[0];
  const remove = (...ids: string[]) =>
    opened.database.execute(`delete from audit_log where id in (${ids.map(() => '?').join(', ')})`, ids);

  it.each([0, 5.9 * DAY, 400 * DAY])('rejects changing an entry that is %i ms old [AC-76]', async (age) => {
    const id = await line(age);
    const change = opened.database.execute('update audit_log set actor = ? where id = ?', ['eve', id]);
    await expect(change).rejects.toThrow(REFUSED);
    expect(await left(id)).toEqual({ action: 'auth.x', actor: null });
  });

  it('rejects deleting an entry of the last six days, alone or together with an older one [AC-76]', async () => {
    const [young, old] = [await line(5.9 * DAY), await line(6.1 * DAY)];
    await expect(remove(young)).rejects.toThrow(REFUSED);
    await expect(remove(young, old)).rejects.toThrow(REFUSED);
    expect([await left(young), await left(old)]).toEqual(Array(2).fill({ action: 'auth.x', actor: null }));
    expect(await remove(old)).toBe(1);
    expect(await left(old)).toBeUndefined();
  });

  it('lets a rejected transaction roll back completely [AC-76]', async () => {
    const id = await line(0);
    let written = '';
    const unit = opened.database.runInTransaction(async () => {
      written = await line(0);
      await remove(id);
    });
    await expect(unit).rejects.toThrow(REFUSED);
    expect([await left(id), await left(written)]).toEqual([{ action: 'auth.x', actor: null }, undefined]);
  });

  it('can be migrated down and up again [AC-76]', async () => {
    const id = await line(0);
    await opened.database.source.undoLastMigration();
    expect(await remove(id)).toBe(1);
    await opened.database.source.runMigrations();
    await expect(remove(await line(0))).rejects.toThrow(REFUSED);
  });
});
