import { describe, expect, it } from 'vitest';
import { DuplicateKey, TransactionConflict } from './database-errors.js';
import { type DatabaseFixture } from './testing/database-fixture.js';

/** A promise, and the way to fulfil it. */
function createGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** What waits for a commit, and what becomes of a unit whose commit fails. */
export function commitsContract(fixture: DatabaseFixture): void {
  const { insert, ids } = fixture;

  describe('what is to happen after the commit', () => {
    it('happens then, in order', async () => {
      const happened: string[] = [];
      await fixture.work.run(async () => {
        fixture.database.afterCommit(() => happened.push('first'));
        await fixture.work.run(async () => fixture.database.afterCommit(() => happened.push('second')));
        await insert(1);
        expect(happened).toEqual([]);
      });
      expect(happened).toEqual(['first', 'second']);
    });

    it('does not happen when there was none, and at once where there is no unit', async () => {
      const happened: string[] = [];
      const rolledBack = fixture.work.run(async () => {
        fixture.database.afterCommit(() => happened.push('never'));
        throw new Error('changed its mind');
      });
      await expect(rolledBack).rejects.toThrow();
      fixture.database.afterCommit(() => happened.push('at once'));
      expect(happened).toEqual(['at once']);
    });

    it('happens once although the unit was run twice', async () => {
      let runs = 0;
      let happened = 0;
      await fixture.work.run(async () => {
        fixture.database.afterCommit(() => happened++);
        if (++runs === 1) throw new TransactionConflict();
      });
      expect([runs, happened]).toEqual([2, 1]);
    });
  });

  describe('a conflict', () => {
    it('runs the unit again, three times at most', async () => {
      let runs = 0;
      const unit = (conflicts: number) =>
        fixture.work.run(async () => {
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
      await expect(fixture.work.run(() => Promise.reject(new DuplicateKey(String(runs++))))).rejects.toThrow();
      expect(runs).toBe(1);
    });

    it('FM-D6 of two units that wait for each other ends well for both', async () => {
      await insert(1);
      await insert(2);
      const [one, other] = [createGate(), createGate()];
      let first = true;
      const crossing = (from: number, to: number, mine: typeof one, yours: typeof one) =>
        fixture.work.run(async () => {
          await fixture.database.execute('update things set n = n + 1 where id = ?', [from]);
          mine.open();
          if (first) await yours.opened;
          first = false;
          await fixture.database.execute('update things set n = n + 1 where id = ?', [to]);
        });
      await Promise.all([crossing(1, 2, one, other), crossing(2, 1, other, one)]);
      expect(await fixture.database.query('select n as n from things')).toEqual([{ n: 2 }, { n: 2 }]);
    });
  });
}
