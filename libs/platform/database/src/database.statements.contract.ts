import { describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { DuplicateKey } from './database-errors.js';
import { NOW_MS } from './dialect.js';
import { type DatabaseFixture, times } from './testing/database-fixture.js';

/** Contract for single statements. */
export function statementsContract(fixture: DatabaseFixture): void {
  const { insert, ids } = fixture;

  describe('a statement', () => {
    it('returns rows by their aliases, and the number of affected rows', async () => {
      expect(await insert(1, 5)).toBe(1);
      await insert(2, 5);
      expect(await fixture.database.execute('update things set n = n + ? where n = ?', [1, 5])).toBe(2);
      expect(
        await fixture.database.execute('update things set n = ? where id = ?', [6, 1]),
        'counts a matched row whose values stay the same',
      ).toBe(1);
      expect(await fixture.database.execute('delete from things where id = ?', [9])).toBe(0);
      expect(await fixture.database.query('select id as "theId", n as n from things where id = ?', [2])).toEqual([
        { theId: 2, n: 6 },
      ]);
    });

    it('binds values unchanged and in order [AC-44]', async () => {
      const name = `?$1 ' " \\ ; -- é 🔑 \u2028`;
      await fixture.database.execute('insert into things (n, id, name) values (?, ?, ?)', [7, 1, name]);
      const rows = await fixture.database.query('select name as name from things where name = ? and n = ? and id = ?', [
        name,
        7,
        1,
      ]);
      expect(rows).toEqual([{ name }]);
    });

    it('keeps timestamps to the millisecond, in UTC', async () => {
      const at = new Date('2026-02-28T23:59:59.987Z');
      await fixture.database.execute('insert into things (id, n, at) values (1, 0, ?)', [at]);
      const [row] = await fixture.database.query<{ at: Date }>('select at as at from things where at = ?', [at]);
      expect(row?.at.toISOString()).toBe(at.toISOString());
    });

    it('returns the time of the database [FM-C2]', async () => {
      const [row] = await fixture.database.query<{ now: string }>(`select ${NOW_MS[fixture.database.dialect]} as now`);
      expect(Math.abs(Number(row?.now) - Date.now())).toBeLessThan(1_000);
    });

    it('distinguishes a duplicate key, a programming error and an unavailable database [M23]', async () => {
      await insert(1);
      await expect(insert(1)).rejects.toBeInstanceOf(DuplicateKey);
      const mistakes = ['select nonsense from things', 'selec 1', 'insert into things (id, n) values (2, null)'];
      for (const mistake of mistakes) {
        const error = await fixture.database.query(mistake).catch((reason: unknown) => reason);
        expect(error, mistake).toBeInstanceOf(Error);
        expect(error, mistake).not.toBeInstanceOf(Unavailable);
      }
      expect(await ids()).toEqual([1]);
    });

    it('writes a change and its related row together, or neither', async () => {
      await insert(1);
      const change = (was: number, row: object) => {
        const update = { sql: 'update things set n = n + 1 where id = ? and n = ?', values: [1, was] };
        return fixture.database.executeAndInsert(update, 'things', { name: 'recorded', ...row });
      };
      expect(await change(0, { id: 2, n: 7 })).toBe(true);
      expect(await change(0, { id: 3, n: 7 }), 'nothing changed').toBe(false);
      await expect(change(1, { id: 2, n: 7 }), 'the related row cannot be inserted').rejects.toBeInstanceOf(
        DuplicateKey,
      );
      const changed = fixture.work.run(async () => {
        expect(await change(1, { id: 4, n: 7 })).toBe(true);
        throw new Error('rolled back on purpose');
      });
      await expect(changed).rejects.toThrow('rolled back on purpose');
      expect(await fixture.otherReplica.query('select id as id, n as n from things order by id')).toEqual([
        { id: 1, n: 1 },
        { id: 2, n: 7 },
      ]);
    });

    it('runs a statement although many earlier ones failed for their own errors', async () => {
      await insert(1);
      for (const _failed of times(20, String)) await insert(1).catch(() => undefined);
      expect(await ids(fixture.database)).toEqual([1]);
    });
  });
}
