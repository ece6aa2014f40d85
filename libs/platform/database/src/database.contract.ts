import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { SystemClock } from '#platform/async';
import { runInContext } from '#platform/observability';
import { commitsContract } from './database.commits.contract.js';
import { statementsContract } from './database.statements.contract.js';
import { DuplicateKey } from './database-errors.js';
import { DatabaseFixture, type DatabaseUnderTest, times } from './testing/database-fixture.js';

/** Contract for `Database` and its unit of work on every dialect. */
export function databaseContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Database on ${name}`, () => {
    const fixture = new DatabaseFixture();
    const { insert, ids } = fixture;

    beforeAll(async () => fixture.use(await open()));
    beforeEach(async () => void (await fixture.database.execute('delete from things')));
    afterAll(() => fixture.databaseUnderTest.drop());

    statementsContract(fixture);
    commitsContract(fixture);

    const failing = (...steps: number[]) =>
      fixture.work.run(async () => {
        for (const id of steps) await insert(id);
        throw new Error('rolled back on purpose');
      });

    describe('a unit of work', () => {
      it('is visible to others only after its commit', async () => {
        const result = await fixture.work.run(async () => {
          await insert(1);
          expect([await ids(fixture.database), await ids(fixture.otherReplica)]).toEqual([[1], []]);
          return 'done';
        });
        expect([result, await ids()]).toEqual(['done', [1]]);
      });

      it('rolls back for any thrown value', async () => {
        await expect(failing(1, 2)).rejects.toThrow('rolled back on purpose');
        await expect(fixture.work.run(() => insert(3).then(() => Promise.reject('text')))).rejects.toBe('text');
        expect(await ids()).toEqual([]);
      });

      it('rolls back everything when one of its statements fails', async () => {
        await insert(1);
        const duplicate = fixture.work.run(async () => {
          await insert(2);
          await insert(1);
        });
        await expect(duplicate).rejects.toBeInstanceOf(DuplicateKey);
        expect(await ids()).toEqual([1]);
      });

      it('neither begins nor commits for an overdue request', async () => {
        const overdue = { correlationId: 'a', deadline: performance.now() };
        const begun = runInContext(overdue, () => fixture.work.run(() => insert(1)));
        await expect(begun).rejects.toBeInstanceOf(Unavailable);
        const soon = { correlationId: 'b', deadline: performance.now() + 200 };
        const slow = runInContext(soon, () =>
          fixture.work.run(() => insert(2).then(() => new SystemClock().pause(300))),
        );
        await expect(slow).rejects.toBeInstanceOf(Unavailable);
        expect(await ids()).toEqual([]);
      });

      it('joins the surrounding unit of work: both commit or neither does', async () => {
        await fixture.work.run(async () => {
          await insert(1);
          await fixture.work.run(() => insert(2));
          expect(await ids(fixture.otherReplica)).toEqual([]);
        });
        expect(await ids()).toEqual([1, 2]);
        const outer = fixture.work.run(async () => {
          await fixture.work.run(() => insert(3));
          throw new Error('rolled back on purpose');
        });
        await expect(outer).rejects.toThrow();
        expect(await ids()).toEqual([1, 2]);
      });

      it('reports that it is active', async () => {
        expect(fixture.database.inTransaction).toBe(false);
        await fixture.work.run(async () => expect(fixture.database.inTransaction).toBe(true));
        expect(fixture.database.inTransaction).toBe(false);
      });

      it('excludes concurrent work outside it', async () => {
        const units = times(40, (n) =>
          fixture.work.run(async () => {
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

    describe('a lost connection', () => {
      it('rolls back the unit of work, throws Unavailable, and lets the next statement succeed [FM-D2, M8]', async () => {
        const lost = fixture.work.run(async () => {
          await insert(1);
          await fixture.databaseUnderTest.killConnectionOf(fixture.database);
          await insert(2);
        });
        await expect(lost).rejects.toBeInstanceOf(Unavailable);
        expect(await ids(fixture.otherReplica)).toEqual([]);
        expect(await insert(3)).toBe(1);
      });
    });
  });
}
