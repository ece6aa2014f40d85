import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Customer } from '../domain/customer.js';
import { type CustomerListsFixture, customerIdOf, later, NO_FILTER } from '../testing/customer-lists-fixture.js';

/** The contract of pagination. */
export function pagesContract(fixture: CustomerListsFixture): void {
  const { add, replace, remove, readAllPages } = fixture;

  it('returns the same customers as an exhaustive search for any data and filter [LD-12]', async () => {
    const start = 1_000_000;
    for (let n = 0; n < 60; n++) {
      const lastName = fc.sample(
        fc.string({ unit: fc.constantFrom('a', 'B', 'b', '_', '%', 'é', 'É'), minLength: 1, maxLength: 3 }),
        1,
      )[0];
      const customer = await add({ lastName: lastName ?? null }, later(start + (n % 7)));
      if (n % 5 === 0) await replace(customer, customer.setStatus('suspended', later(start + 9)));
      if (n % 4 === 0) await remove((await fixture.mirror.findById(customerIdOf(customer))) ?? customer);
    }
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'A', '_', '%', 'é', '1', '+'),
      minLength: 1,
      maxLength: 2,
    });
    const filters = fc.record({
      status: fc.constantFrom(null, 'active' as const, 'suspended' as const, 'deleted' as const),
      createdAfter: fc.integer({ min: -1, max: 8 }).map((n) => later(start + n)),
      prefix: fc.option(text),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 5, max: 100 }), async (some, limit) => {
        const filter = { ...NO_FILTER, ...some };
        const { items } = await fixture.model.page(filter, { limit: 1_000, after: null });
        expect(await readAllPages(filter, limit)).toEqual(items);
        expect(await fixture.underTest.lists.count(filter)).toBe(items.length);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it.each([
    ['a list', { ...NO_FILTER, createdAfter: later(5_000_000) }],
    ['a search', { ...NO_FILTER, createdAfter: later(5_000_000), prefix: 'walk' }],
  ])('returns every permanent customer once while others are added and deleted: %s', async (_, filter) => {
    const at = () => later(5_000_001 + Math.floor(Math.random() * 50));
    const [staying, going] = [new Set<string>(), [] as Customer[]];
    for (let n = 0; n < 40; n++) {
      const customer = await add({ lastName: 'Walker' }, at());
      if (n % 3 === 0) going.push(customer);
      else staying.add(customerIdOf(customer));
    }
    const comeAndGo = async () => {
      const gone = going.pop();
      await Promise.all([add({ lastName: 'Walker' }, at()), ...(gone ? [remove(gone)] : [])]);
    };
    const seen = (await readAllPages(filter, 3, comeAndGo)).map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...staying].filter((id) => !seen.includes(id))).toEqual([]);
  });
}
