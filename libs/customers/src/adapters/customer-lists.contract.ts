import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Place, parseIdentifier } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerFilter, CustomerLists, ListedCustomer } from '../application/views.js';
import { Customer, type Newcomer } from '../domain/customer.js';
import { aNewcomer } from '../testing/a-newcomer.js';
import { InMemoryCustomerLists } from '../testing/in-memory-customer-lists.js';
import { InMemoryCustomers } from '../testing/in-memory-customers.js';

/** Lists of what these `Customers` hold; nobody else's. */
export interface CustomerListsUnderTest {
  readonly customers: Customers;
  readonly lists: CustomerLists;
  drop(): Promise<void>;
}

const EVERYBODY: CustomerFilter = {
  email: null,
  phone: null,
  documentHashes: null,
  status: null,
  createdAfter: null,
  beginning: null,
};
const NOW = new Date('2026-03-01T12:00:00.007Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const hashesOf = (customer: Customer) => {
  const { email, phone } = customer.snapshot();
  return { email: email && hash(), phone: phone && hash() };
};
const beginning = (text: string): CustomerFilter => ({ ...EVERYBODY, beginning: text });

/** What every `CustomerLists` must do. */
export function customerListsContract(name: string, open: () => Promise<CustomerListsUnderTest>): void {
  describe(`${name} is a CustomerLists`, () => {
    let under: CustomerListsUnderTest;
    /** Knows the same people, and is a list that looks at every one of them. */
    const known = new InMemoryCustomers();
    const model = new InMemoryCustomerLists(known);
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());

    const add = async (changes: Partial<Newcomer> = {}, at = NOW): Promise<Customer> => {
      const customer = Customer.admit(aNewcomer(changes), at);
      for (const customers of [under.customers, known]) await customers.add(customer, hashesOf(customer));
      return customer;
    };
    const replace = async (before: Customer, after: Customer): Promise<Customer> => {
      for (const customers of [under.customers, known]) await customers.replace(before, after);
      return after;
    };
    const remove = (customer: Customer) => replace(customer, customer.delete(later(9)));
    const ids = async (filter: CustomerFilter) =>
      (await under.lists.page(filter, { limit: 100, after: null })).items.map(({ id }) => id);
    const idOf = (customer: Customer) => customer.snapshot().id;
    /** Walks from page to page, and does something behind each. */
    const walk = async (filter: CustomerFilter, limit: number, behindEach = async (_page: number) => {}) => {
      const items: ListedCustomer[] = [];
      let after: Place | null = null;
      for (let page = 0; page < 1_000; page++) {
        const { items: some, next }: Awaited<ReturnType<CustomerLists['page']>> = await under.lists.page(filter, {
          limit,
          after,
        });
        items.push(...some);
        if (next === null) return items;
        expect(some).toHaveLength(limit);
        after = next;
        await behindEach(page);
      }
      throw new Error('there is no end');
    };

    it('finds nobody where nobody is', async () => {
      const nobody = { ...EVERYBODY, createdAfter: new Date('2999-01-01T00:00:00Z') };
      expect(await under.lists.page(nobody, { limit: 1, after: null })).toEqual({ items: [], next: null });
      expect(await under.lists.count(nobody)).toBe(0);
    });

    it('shows what the views show, in the order of creation and then of ids', async () => {
      const since = { ...EVERYBODY, createdAfter: later(99) };
      const made = [];
      for (const at of [300, 100, 200, 200, 200]) made.push(await add({}, later(at)));
      const sorted = made
        .map((one) => one.snapshot())
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
      const { items, next } = await under.lists.page(since, { limit: 5, after: null });
      expect(items.map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
      expect(next).toBeNull();
      expect(items).toEqual((await model.page(since, { limit: 5, after: null })).items);
      expect(await under.lists.page(since, { limit: 4, after: null })).toMatchObject({
        next: { at: sorted[3]?.createdAt, id: sorted[3]?.id },
      });
      expect((await walk(since, 2)).map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
    });

    it('knows the suspended and the deleted apart, and those who came back', async () => {
      const mine = (status: CustomerFilter['status']) => ({ ...EVERYBODY, createdAfter: later(999), status });
      const [active, suspended, deleted] = [
        await add({}, later(1_000)),
        await add({}, later(1_000)),
        await add({}, later(1_000)),
      ];
      await replace(suspended, suspended.putInto('suspended', later(1_001)));
      const gone = await remove(deleted);
      expect((await ids(mine(null))).sort()).toEqual([idOf(active), idOf(suspended)].sort());
      expect(await ids(mine('active'))).toEqual([idOf(active)]);
      expect(await ids(mine('suspended'))).toEqual([idOf(suspended)]);
      expect((await under.lists.page(mine('deleted'), { limit: 9, after: null })).items).toMatchObject([
        { id: idOf(deleted), status: 'deleted' },
      ]);
      await replace(gone, gone.bringBack(later(1_002)));
      expect(await ids(mine('deleted'))).toEqual([]);
      expect(await ids(mine('active'))).toHaveLength(2);
    });

    it('finds by e-mail address and by phone number, the living and the deleted', async () => {
      const mia = await add({ identifier: parseIdentifier('Mia.Doe+1@Example.org', 'US') });
      const leo = await add({ identifier: parseIdentifier('(650) 253-0000', 'US') });
      expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org' })).toEqual([idOf(mia)]);
      expect(await ids({ ...EVERYBODY, phone: '+16502530000' })).toEqual([idOf(leo)]);
      expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', beginning: 'mia' })).toEqual([idOf(mia)]);
      expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', beginning: 'doe' })).toEqual([]);
      await remove(mia);
      expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org' })).toEqual([]);
      expect(await ids({ ...EVERYBODY, email: 'mia.doe+1@example.org', status: 'deleted' })).toEqual([idOf(mia)]);
      expect(await under.lists.count({ ...EVERYBODY, phone: '+16502530000' })).toBe(1);
    });

    it.each([
      [
        'by the beginning of an e-mail address',
        { identifier: parseIdentifier('Zoë.q@example.org'.normalize('NFD').replace(/\u0308/g, ''), 'US') },
        ['zoe', 'ZOE.Q@', ' zoe.q@example.org '],
        ['oe.q', 'zo_', 'zo%', 'zoe.q@example.orgs'],
      ],
      [
        'by the beginning of a phone number',
        { identifier: parseIdentifier('+55 11 96123-4567', 'BR') },
        ['+5511', '55 11 961', '+55 (11) 96123-4567', '5511961234567'],
        ['11961', '+55119612345678', '+5512', '4567'],
      ],
      [
        'by the beginning of a last name',
        { lastName: 'O’Çelik_100%' },
        ['O’', 'o’çELIK', 'o’çelik_100%'],
        ['çelik', 'o’çelik%', 'o’c', 'O’Çelik_100%!', 'o’çelik_1%'],
      ],
      ['by a last name of other scripts', { lastName: '𠮷田ИВАНОВ' }, ['𠮷', '𠮷田', '𠮷田иван'], ['田', '吉', 'иван']],
      ['by a last name in compatibility characters', { lastName: 'Ⅷﬁx' }, ['viii', 'VIIIFIX', 'ⅷfi'], ['fix']],
      [
        'by a last name that is very long',
        { lastName: '𝕄'.repeat(200) },
        ['m', 'M'.repeat(200)],
        ['M'.repeat(199).concat('n')],
      ],
      ['by the last letter of all', { lastName: '\u{10ffff}x' }, ['\u{10ffff}', '\u{10ffff}X'], ['\u{10ffff}y']],
    ])('finds %s', async (_, person, finding, missing) => {
      const id = idOf(await add(person));
      for (const text of finding) expect(await ids(beginning(text)), text).toContain(id);
      for (const text of missing) expect(await ids(beginning(text)), text).not.toContain(id);
    });

    it('finds by a confirmed document, under any key of the ring', async () => {
      const claimed = await add({});
      const after = claimed.change({ document: '529.982.247-25' }, later(3));
      await replace(claimed, after);
      const [mine, other] = [hash(), hash()];
      const wanted = { ...EVERYBODY, documentHashes: [other, mine] };
      expect(await ids(wanted)).toEqual([]);
      for (const customers of [under.customers, known])
        await customers.replace(after, after.confirmDocument(later(4)), { document: mine });
      expect(await ids(wanted)).toEqual([idOf(claimed)]);
      expect(await ids({ ...wanted, beginning: 'nobody' })).toEqual([]);
      expect(await ids({ ...EVERYBODY, documentHashes: [other] })).toEqual([]);
      expect(await under.lists.count(wanted)).toBe(1);
    });

    it('finds whoever fits by several of them once, and counts him once', async () => {
      const word = `twice${randomUUID().slice(0, 6)}`;
      const id = idOf(
        await add({ identifier: parseIdentifier(`${word}@example.org`, 'US'), lastName: word.toUpperCase() }),
      );
      await add({ lastName: word });
      const both = beginning(word);
      expect((await ids(both)).filter((one) => one === id)).toEqual([id]);
      expect([await ids(both).then(({ length }) => length), await under.lists.count(both)]).toEqual([2, 2]);
    });

    it('finds by the new last name after a change', async () => {
      const before = await add({ lastName: 'Maiden-Name' });
      await replace(before, before.change({ lastName: 'Wedding-Name' }, later(5)));
      expect(await ids(beginning('maiden-n'))).toEqual([]);
      expect(await ids(beginning('wedding-n'))).toEqual([idOf(before)]);
    });

    it('LD-12 given any people and any filter, then the pages are what looking at everybody finds', async () => {
      const start = 1_000_000;
      for (let n = 0; n < 60; n++) {
        const lastName = fc.sample(
          fc.string({ unit: fc.constantFrom('a', 'B', 'b', '_', '%', 'é', 'É'), minLength: 1, maxLength: 3 }),
          1,
        )[0];
        const one = await add({ lastName: lastName ?? null }, later(start + (n % 7)));
        if (n % 5 === 0) await replace(one, one.putInto('suspended', later(start + 9)));
        if (n % 4 === 0) await remove((await known.byId(idOf(one))) ?? one);
      }
      const text = fc.string({
        unit: fc.constantFrom('a', 'b', 'A', '_', '%', 'é', '1', '+'),
        minLength: 1,
        maxLength: 2,
      });
      const filters = fc.record({
        status: fc.constantFrom(null, 'active' as const, 'suspended' as const, 'deleted' as const),
        createdAfter: fc.integer({ min: -1, max: 8 }).map((n) => later(start + n)),
        beginning: fc.option(text),
      });
      await fc.assert(
        fc.asyncProperty(filters, fc.integer({ min: 5, max: 100 }), async (some, limit) => {
          const filter = { ...EVERYBODY, ...some };
          const { items } = await model.page(filter, { limit: 1_000, after: null });
          expect(await walk(filter, limit)).toEqual(items);
          expect(await under.lists.count(filter)).toBe(items.length);
        }),
        { numRuns: 25 },
      );
    }, 60_000);

    it.each([
      ['everybody', { ...EVERYBODY, createdAfter: later(5_000_000) }],
      ['a search', { ...EVERYBODY, createdAfter: later(5_000_000), beginning: 'walk' }],
    ])('shows each once who is there all the time, while others come and go: %s', async (_, filter) => {
      const at = () => later(5_000_001 + Math.floor(Math.random() * 50));
      const [staying, going] = [new Set<string>(), [] as Customer[]];
      for (let n = 0; n < 40; n++) {
        const one = await add({ lastName: 'Walker' }, at());
        if (n % 3 === 0) going.push(one);
        else staying.add(idOf(one));
      }
      const comeAndGo = async () => {
        const gone = going.pop();
        await Promise.all([add({ lastName: 'Walker' }, at()), ...(gone ? [remove(gone)] : [])]);
      };
      const seen = (await walk(filter, 3, comeAndGo)).map(({ id }) => id);
      expect(new Set(seen).size).toBe(seen.length);
      expect([...staying].filter((id) => !seen.includes(id))).toEqual([]);
    });
  });
}
