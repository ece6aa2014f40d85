import { describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { DuplicateKey } from './database-errors.js';
import { NOW_MS } from './dialect.js';
import { type DatabaseFixture, times } from './testing/database-fixture.js';

/** What a single statement does. */
export function statementsContract(fixture: DatabaseFixture): void {
  const { insert, ids } = fixture;

  describe('a statement', () => {
    it('gives rows by their aliases, and says how many it touched', async () => {
      expect(await insert(1, 5)).toBe(1);
      await insert(2, 5);
      expect(await fixture.database.execute('update things set n = n + ? where n = ?', [1, 5])).toBe(2);
      expect(
        await fixture.database.execute('update things set n = ? where id = ?', [6, 1]),
        'although nothing changes',
      ).toBe(1);
      expect(await fixture.database.execute('delete from things where id = ?', [9])).toBe(0);
      expect(await fixture.database.query('select id as "theId", n as n from things where id = ?', [2])).toEqual([
        { theId: 2, n: 6 },
      ]);
    });

    it('AC-44 takes its values as they are, in their order', async () => {
      const name = `?$1 ' " \\ ; -- é 🔑 \u2028`;
      await fixture.database.execute('insert into things (n, id, name) values (?, ?, ?)', [7, 1, name]);
      const rows = await fixture.database.query('select name as name from things where name = ? and n = ? and id = ?', [
        name,
        7,
        1,
      ]);
      expect(rows).toEqual([{ name }]);
    });

    it('keeps moments to the millisecond, in UTC', async () => {
      const at = new Date('2026-02-28T23:59:59.987Z');
      await fixture.database.execute('insert into things (id, n, at) values (1, 0, ?)', [at]);
      const [row] = await fixture.database.query<{ at: Date }>('select at as at from things where at = ?', [at]);
      expect(row?.at.toISOString()).toBe(at.toISOString());
    });

    it('FM-C2 knows the time of the database', async () => {
      const [row] = await fixture.database.query<{ now: string }>(`select ${NOW_MS[fixture.database.dialect]} as now`);
      expect(Math.abs(Number(row?.now) - Date.now())).toBeLessThan(1_000);
    });

    it('M23 tells a duplicate key, a mistake of ours and a database that is away apart', async () => {
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

    it('that changes something and the row that tells of it are both there, or neither is', async () => {
      await insert(1);
      const tell = (was: number, row: object) => {
        const change = { sql: 'update things set n = n + 1 where id = ? and n = ?', values: [1, was] };
        return fixture.database.executeAndInsert(change, 'things', { name: 'told', ...row });
      };
      expect(await tell(0, { id: 2, n: 7 })).toBe(true);
      expect(await tell(0, { id: 3, n: 7 }), 'nothing changed').toBe(false);
      await expect(tell(1, { id: 2, n: 7 }), 'it cannot be told').rejects.toBeInstanceOf(DuplicateKey);
      const changed = fixture.work.run(async () => {
        expect(await tell(1, { id: 4, n: 7 })).toBe(true);
        throw new Error('changed its mind');
      });
      await expect(changed).rejects.toThrow('changed its mind');
      expect(await fixture.otherReplica.query('select id as id, n as n from things order by id')).toEqual([
        { id: 1, n: 1 },
        { id: 2, n: 7 },
      ]);
    });

    it('is sent although many before it were refused for their own faults', async () => {
      await insert(1);
      for (const _refused of times(20, String)) await insert(1).catch(() => undefined);
      expect(await ids(fixture.database)).toEqual([1]);
    });
  });
}
