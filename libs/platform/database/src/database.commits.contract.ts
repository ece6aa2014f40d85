import { describe, expect, it } from 'vitest';
import { DuplicateKey, TransactionConflict } from './database-errors.js';
import { type DatabaseFixture } from './testing/database-fixture.js';

/** A promise with its resolve function. */
function createGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** Contract for after-commit callbacks and for units of work whose commit fails. */
export function commitsContract(fixture: DatabaseFixture): void {
  const { insert, ids } = fixture;

  describe('afterCommit', () => {
    it('runs callbacks in order after the commit', async () => {
      const happened: string[] = [];
      await fixture.work.run(async () => {
        fixture.database.afterCommit(() => happened.push('first'));
        await fixture.work.run(async () => fixture.database.afterCommit(() => happened.push('second')));
        await insert(1);
        expect(happened).toEqual([]);
      });
      expect(happened).toEqual(['first', 'second']);
    });

    it('skips callbacks after a rollback, and runs them at once outside a unit of work', async () => {
      const happened: string[] = [];
      const rolledBack = fixture.work.run(async () => {
        fixture.database.afterCommit(() => happened.push('never'));
        throw new Error('rolled back on purpose');
      });
      await expect(rolledBack).rejects.toThrow();
      fixture.database.afterCommit(() => happened.push('at once'));
      expect(happened).toEqual(['at once']);
    });

    it('runs a callback once although the unit of work was retried', async () => {
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
    it('retries the unit of work, at most three times', async () => {
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

    it('does not retry for any other error', async () => {
      let runs = 0;
      await expect(fixture.work.run(() => Promise.reject(new DuplicateKey(String(runs++))))).rejects.toThrow();
      expect(runs).toBe(1);
    });

    it('completes two units of work that deadlock [FM-D6]', async () => {
      await insert(1);
      await insert(2);
      const [gateA, gateB] = [createGate(), createGate()];
      let first = true;
      const crossing = (from: number, to: number, mine: typeof gateA, yours: typeof gateA) =>
        fixture.work.run(async () => {
          await fixture.database.execute('update things set n = n + 1 where id = ?', [from]);
          mine.open();
          if (first) await yours.opened;
          first = false;
          await fixture.database.execute('update things set n = n + 1 where id = ?', [to]);
        });
      await Promise.all([crossing(1, 2, gateA, gateB), crossing(2, 1, gateB, gateA)]);
      expect(await fixture.database.query('select n as n from things')).toEqual([{ n: 2 }, { n: 2 }]);
    });
  });
}
