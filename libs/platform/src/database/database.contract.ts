import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { inContext } from '../telemetry/request-context.js';
import { SystemClock } from '../time/system-clock.js';
import type { Database } from './database.js';
import { DuplicateKey, TransactionConflict } from './database-errors.js';
import { NOW_MS } from './dialect.js';
import { TypeOrmUnitOfWork } from './typeorm-unit-of-work.js';

/** A database with the tables `things (id, n, name, at)` and its clock, over a pool of its own for each replica. */
export interface DatabaseUnderTest {
  readonly replicas: readonly [Database, Database];
  /** Ends the connection that this unit of work runs on, from outside. */
  killConnectionOf(database: Database): Promise<void>;
  drop(): Promise<void>;
}

const INSERT = 'insert into things (id, n) values (?, ?)';
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
/** A promise, and the way to fulfil it. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** What `Database` and the unit of work over it must do, on every dialect. */
export function databaseContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Database on ${name}`, () => {
    let under: DatabaseUnderTest;
    let database: Database;
    let elsewhere: Database;
    let work: TypeOrmUnitOfWork;

    beforeAll(async () => {
      under = await open();
      [database, elsewhere] = under.replicas;
      work = new TypeOrmUnitOfWork(database, new SystemClock());
    });
    beforeEach(async () => void (await database.execute('delete from things')));
    afterAll(() => under.drop());

    const insert = (id: number, n = 0) => database.execute(INSERT, [id, n]);
    const ids = async (from = elsewhere) =>
      (await from.query<{ id: number }>('select id as id from things order by id')).map(({ id }) => id);
    const failing = (...steps: number[]) =>
      work.run(async () => {
        for (const id of steps) await insert(id);
        throw new Error('changed its mind');
      });

    describe('a statement', () => {
      it('gives rows by their aliases, and says how many it touched', async () => {
        expect(await insert(1, 5)).toBe(1);
        await insert(2, 5);
        expect(await database.execute('update things set n = n + ? where n = ?', [1, 5])).toBe(2);
        expect(await database.execute('update things set n = ? where id = ?', [6, 1]), 'although nothing changes').toBe(
          1,
        );
        expect(await database.execute('delete from things where id = ?', [9])).toBe(0);
        expect(await database.query('select id as "theId", n as n from things where id = ?', [2])).toEqual([
          { theId: 2, n: 6 },
        ]);
      });

      it('AC-44 takes its values as they are, in their order', async () => {
        const name = `?$1 ' " \\ ; -- é 🔑 \u2028`;
        await database.execute('insert into things (n, id, name) values (?, ?, ?)', [7, 1, name]);
        const rows = await database.query('select name as name from things where name = ? and n = ? and id = ?', [
          name,
          7,
          1,
        ]);
        expect(rows).toEqual([{ name }]);
      });

      it('keeps moments to the millisecond, in UTC', async () => {
        const at = new Date('2026-02-28T23:59:59.987Z');
        await database.execute('insert into things (id, n, at) values (1, 0, ?)', [at]);
        const [row] = await database.query<{ at: Date }>('select at as at from things where at = ?', [at]);
        expect(row?.at.toISOString()).toBe(at.toISOString());
      });

      it('FM-C2 knows the time of the database', async () => {
        const [row] = await database.query<{ now: string }>(`select ${NOW_MS[database.dialect]} as now`);
        expect(Math.abs(Number(row?.now) - Date.now())).toBeLessThan(1_000);
      });

      it('M23 tells a duplicate key, a mistake of ours and a database that is away apart', async () => {
        await insert(1);
        await expect(insert(1)).rejects.toBeInstanceOf(DuplicateKey);
        const mistakes = ['select nonsense from things', 'selec 1', 'insert into things (id, n) values (2, null)'];
        for (const mistake of mistakes) {
          const error = await database.query(mistake).catch((reason: unknown) => reason);
          expect(error, mistake).toBeInstanceOf(Error);
          expect(error, mistake).not.toBeInstanceOf(Unavailable);
        }
        expect(await ids()).toEqual([1]);
      });

      it('that changes something and the row that tells of it are both there, or neither is', async () => {
        await insert(1);
        const tell = (was: number, row: object) => {
          const change = { sql: 'update things set n = n + 1 where id = ? and n = ?', values: [1, was] };
          return database.executeAndTell(change, 'things', { name: 'told', ...row });
        };
        expect(await tell(0, { id: 2, n: 7 })).toBe(true);
        expect(await tell(0, { id: 3, n: 7 }), 'nothing changed').toBe(false);
        await expect(tell(1, { id: 2, n: 7 }), 'it cannot be told').rejects.toBeInstanceOf(DuplicateKey);
        const changed = work.run(async () => {
          expect(await tell(1, { id: 4, n: 7 })).toBe(true);
          throw new Error('changed its mind');
        });
        await expect(changed).rejects.toThrow('changed its mind');
        expect(await elsewhere.query('select id as id, n as n from things order by id')).toEqual([
          { id: 1, n: 1 },
          { id: 2, n: 7 },
        ]);
      });

      it('is sent although many before it were refused for their own faults', async () => {
        await insert(1);
        for (const _refused of times(20, String)) await insert(1).catch(() => undefined);
        expect(await ids(database)).toEqual([1]);
      });
    });

    describe('a unit of work', () => {
      it('is there for everybody when it has committed, and for nobody before', async () => {
        const result = await work.run(async () => {
          await insert(1);
          expect([await ids(database), await ids(elsewhere)]).toEqual([[1], []]);
          return 'done';
        });
        expect([result, await ids()]).toEqual(['done', [1]]);
      });

      it('leaves nothing when it throws, whatever it throws', async () => {
        await expect(failing(1, 2)).rejects.toThrow('changed its mind');
        await expect(work.run(() => insert(3).then(() => Promise.reject('text')))).rejects.toBe('text');
        expect(await ids()).toEqual([]);
      });

      it('leaves nothing when one of its statements fails, also of what came before', async () => {
        await insert(1);
        const duplicate = work.run(async () => {
          await insert(2);
          await insert(1);
        });
        await expect(duplicate).rejects.toBeInstanceOf(DuplicateKey);
        expect(await ids()).toEqual([1]);
      });

      it('of a request that has been given up neither begins nor commits', async () => {
        const overdue = { correlationId: 'a', deadline: performance.now() };
        const begun = inContext(overdue, () => work.run(() => insert(1)));
        await expect(begun).rejects.toBeInstanceOf(Unavailable);
        const soon = { correlationId: 'b', deadline: performance.now() + 200 };
        const slow = inContext(soon, () => work.run(() => insert(2).then(() => new SystemClock().pause(300))));
        await expect(slow).rejects.toBeInstanceOf(Unavailable);
        expect(await ids()).toEqual([]);
      });

      it('is joined by one within it: both or none', async () => {
        await work.run(async () => {
          await insert(1);
          await work.run(() => insert(2));
          expect(await ids(elsewhere)).toEqual([]);
        });
        expect(await ids()).toEqual([1, 2]);
        const outer = work.run(async () => {
          await work.run(() => insert(3));
          throw new Error('changed its mind');
        });
        await expect(outer).rejects.toThrow();
        expect(await ids()).toEqual([1, 2]);
      });

      it('knows that it is one', async () => {
        expect(database.inTransaction).toBe(false);
        await work.run(async () => expect(database.inTransaction).toBe(true));
        expect(database.inTransaction).toBe(false);
      });

      it('takes nothing of what others do at the same time', async () => {
        const units = times(40, (n) =>
          work.run(async () => {
            await insert(n);
            await insert(1_000 + n);
            if (n % 2 === 1) throw new Error('odd');
          }),
        );
        const outcomes = await Promise.allSettled(units);
        expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20);
        const even = times(20, (n) => 2 * n);
        expect(await ids()).toEqual([...even, ...even.map((n) => n + 1_000)]);
      });
    });

    describe('what is to happen after the commit', () => {
      it('happens then, in order', async () => {
        const happened: string[] = [];
        await work.run(async () => {
          database.afterCommit(() => happened.push('first'));
          await work.run(async () => database.afterCommit(() => happened.push('second')));
          await insert(1);
          expect(happened).toEqual([]);
        });
        expect(happened).toEqual(['first', 'second']);
      });

      it('does not happen when there was none, and at once where there is no unit', async () => {
        const happened: string[] = [];
        const rolledBack = work.run(async () => {
          database.afterCommit(() => happened.push('never'));
          throw new Error('changed its mind');
        });
        await expect(rolledBack).rejects.toThrow();
        database.afterCommit(() => happened.push('at once'));
        expect(happened).toEqual(['at once']);
      });

      it('happens once although the unit was run twice', async () => {
        let runs = 0;
        let happened = 0;
        await work.run(async () => {
          database.afterCommit(() => happened++);
          if (++runs === 1) throw new TransactionConflict();
        });
        expect([runs, happened]).toEqual([2, 1]);
      });
    });

    describe('a conflict', () => {
      it('runs the unit again, three times at most', async () => {
        let runs = 0;
        const unit = (conflicts: number) =>
          work.run(async () => {
            await insert(++runs);
            if (runs <= conflicts) throw new TransactionConflict();
          });
        await unit(2);
        expect([runs, await ids()]).toEqual([3, [3]]);
        runs = 10;
        await expect(unit(99)).rejects.toBeInstanceOf(TransactionConflict);
        expect([runs, await ids()]).toEqual([13, [3]]);
      });

      it('runs no unit again for anything else', async () => {
        let runs = 0;
        await expect(work.run(() => Promise.reject(new DuplicateKey(String(runs++))))).rejects.toThrow();
        expect(runs).toBe(1);
      });

      it('FM-D6 of two units that wait for each other ends well for both', async () => {
        await insert(1);
        await insert(2);
        const [one, other] = [gate(), gate()];
        let first = true;
        const crossing = (from: number, to: number, mine: typeof one, yours: typeof one) =>
          work.run(async () => {
            await database.execute('update things set n = n + 1 where id = ?', [from]);
            mine.open();
            if (first) await yours.opened;
            first = false;
            await database.execute('update things set n = n + 1 where id = ?', [to]);
          });
        await Promise.all([crossing(1, 2, one, other), crossing(2, 1, other, one)]);
        expect(await database.query('select n as n from things')).toEqual([{ n: 2 }, { n: 2 }]);
      });
    });

    describe('a connection that is lost', () => {
      it('FM-D2 M8 in a unit leaves nothing of it, is told as such, and the next statement goes through', async () => {
        const lost = work.run(async () => {
          await insert(1);
          await under.killConnectionOf(database);
          await insert(2);
        });
        await expect(lost).rejects.toBeInstanceOf(Unavailable);
        expect(await ids(elsewhere)).toEqual([]);
        expect(await insert(3)).toBe(1);
      });
    });
  });
}
