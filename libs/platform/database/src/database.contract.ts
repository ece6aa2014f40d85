import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { SystemClock } from '#platform/async';
import { runInContext } from '#platform/observability';
import { commitsContract } from './database.commits.contract.js';
import { statementsContract } from './database.statements.contract.js';
import { DuplicateKey } from './database-errors.js';
import { DatabaseFixture, type DatabaseUnderTest, times } from './testing/database-fixture.js';

/** What `Database` and the unit of work over it must do, on every dialect. */
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
        throw new Error('changed its mind');
      });

    describe('a unit of work', () => {
      it('is there for everybody when it has committed, and for nobody before', async () => {
        const result = await fixture.work.run(async () => {
          await insert(1);
          expect([await ids(fixture.database), await ids(fixture.otherReplica)]).toEqual([[1], []]);
          return 'done';
        });
        expect([result, await ids()]).toEqual(['done', [1]]);
      });

      it('leaves nothing when it throws, whatever it throws', async () => {
        await expect(failing(1, 2)).rejects.toThrow('changed its mind');
        await expect(fixture.work.run(() => insert(3).then(() => Promise.reject('text')))).rejects.toBe('text');
        expect(await ids()).toEqual([]);
      });

      it('leaves nothing when one of its statements fails, also of what came before', async () => {
        await insert(1);
        const duplicate = fixture.work.run(async () => {
          await insert(2);
          await insert(1);
        });
        await expect(duplicate).rejects.toBeInstanceOf(DuplicateKey);
        expect(await ids()).toEqual([1]);
      });

      it('of a request that has been given up neither begins nor commits', async () => {
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

      it('is joined by one within it: both or none', async () => {
        await fixture.work.run(async () => {
          await insert(1);
          await fixture.work.run(() => insert(2));
          expect(await ids(fixture.otherReplica)).toEqual([]);
        });
        expect(await ids()).toEqual([1, 2]);
        const outer = fixture.work.run(async () => {
          await fixture.work.run(() => insert(3));
          throw new Error('changed its mind');
        });
        await expect(outer).rejects.toThrow();
        expect(await ids()).toEqual([1, 2]);
      });

      it('knows that it is one', async () => {
        expect(fixture.database.inTransaction).toBe(false);
        await fixture.work.run(async () => expect(fixture.database.inTransaction).toBe(true));
        expect(fixture.database.inTransaction).toBe(false);
      });

      it('takes nothing of what others do at the same time', async () => {
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

    describe('a connection that is lost', () => {
      it('FM-D2 M8 in a unit leaves nothing of it, is told as such, and the next statement goes through', async () => {
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
