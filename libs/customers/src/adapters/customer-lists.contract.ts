import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomerFilter } from '../application/views.js';
import {
  CustomerListsFixture,
  type CustomerListsUnderTest,
  customerIdOf,
  later,
  NO_FILTER,
} from '../testing/customer-lists-fixture.js';
import { pagesContract } from './customer-lists.pages.contract.js';
import { searchContract } from './customer-lists.search.contract.js';

/** The contract of `CustomerLists`. */
export function customerListsContract(name: string, open: () => Promise<CustomerListsUnderTest>): void {
  describe(`CustomerLists: ${name}`, () => {
    const fixture = new CustomerListsFixture();
    const { add, replace, remove, ids, readAllPages } = fixture;

    beforeAll(async () => {
      fixture.underTest = await open();
    });
    afterAll(() => fixture.underTest.drop());

    it('returns an empty page when no customer matches', async () => {
      const noMatch = { ...NO_FILTER, createdAfter: new Date('2999-01-01T00:00:00Z') };
      expect(await fixture.underTest.lists.page(noMatch, { limit: 1, after: null })).toEqual({ items: [], next: null });
      expect(await fixture.underTest.lists.count(noMatch)).toBe(0);
    });

    it('returns the views in the order of creation and id', async () => {
      const since = { ...NO_FILTER, createdAfter: later(99) };
      const made = [];
      for (const at of [300, 100, 200, 200, 200]) made.push(await add({}, later(at)));
      const sorted = made
        .map((customer) => customer.snapshot())
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
      const { items, next } = await fixture.underTest.lists.page(since, { limit: 5, after: null });
      expect(items.map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
      expect(next).toBeNull();
      expect(items).toEqual((await fixture.model.page(since, { limit: 5, after: null })).items);
      expect(await fixture.underTest.lists.page(since, { limit: 4, after: null })).toMatchObject({
        next: { at: sorted[3]?.createdAt, id: sorted[3]?.id },
      });
      expect((await readAllPages(since, 2)).map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
    });

    it('separates suspended, deleted and restored customers', async () => {
      const mine = (status: CustomerFilter['status']) => ({ ...NO_FILTER, createdAfter: later(999), status });
      const [active, suspended, deleted] = [
        await add({}, later(1_000)),
        await add({}, later(1_000)),
        await add({}, later(1_000)),
      ];
      await replace(suspended, suspended.setStatus('suspended', later(1_001)));
      const gone = await remove(deleted);
      expect((await ids(mine(null))).sort()).toEqual([customerIdOf(active), customerIdOf(suspended)].sort());
      expect(await ids(mine('active'))).toEqual([customerIdOf(active)]);
      expect(await ids(mine('suspended'))).toEqual([customerIdOf(suspended)]);
      expect((await fixture.underTest.lists.page(mine('deleted'), { limit: 9, after: null })).items).toMatchObject([
        { id: customerIdOf(deleted), status: 'deleted' },
      ]);
      await replace(gone, gone.restore(later(1_002)));
      expect(await ids(mine('deleted'))).toEqual([]);
      expect(await ids(mine('active'))).toHaveLength(2);
    });

    searchContract(fixture);
    pagesContract(fixture);
  });
}
