import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdentifier, type UnitOfWork } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerBatches, HashedCustomer } from '../application/transfer-ports.js';
import { Customer } from '../domain/customer.js';
import { IdentifierTaken } from '../domain/errors.js';
import { aNewCustomer } from '../testing/a-new-customer.js';

export interface CustomerBatchesUnderTest {
  readonly batches: CustomerBatches;
  readonly customers: Customers;
  readonly work: UnitOfWork;
  drop(): Promise<void>;
}

const NOW = new Date('2026-03-01T12:00:00.007Z');
const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const byId = (a: Customer, b: Customer) => (a.id < b.id ? -1 : 1);

const aHashedCustomer = (
  changes: Parameters<typeof aNewCustomer>[0] = {},
  hashes: HashedCustomer['hashes'] = { email: hash(), phone: null },
) => ({
  customer: Customer.create(aNewCustomer({ verifiedBy: 'import', ...changes }), NOW),
  hashes,
});

/** The contract of `CustomerBatches`. */
export function customerBatchesContract(name: string, open: () => Promise<CustomerBatchesUnderTest>): void {
  describe(`CustomerBatches: ${name}`, () => {
    let under: CustomerBatchesUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());
    const addAll = (batch: readonly HashedCustomer[]) => under.work.run(() => under.batches.addAll(batch));

    it('stores many customers at once with all their fields', async () => {
      const batch = Array.from({ length: 300 }, (_, n) =>
        aHashedCustomer(
          {
            ...{ lastName: n % 2 ? null : `Ng ${n}`, attributes: n % 3 ? {} : { 'ключ "1"': [n, null, 'é?'] } },
            ...(n % 5 ? {} : { document: '52998224725', status: 'suspended', createdAt: new Date(n * 1_000) }),
            ...(n % 7 ? {} : { also: parseIdentifier(`+1650253${String(1000 + n)}`, 'US') }),
          },
          { email: hash(), phone: n % 7 ? null : hash() },
        ),
      );
      await addAll(batch);
      const ids = batch.map(({ customer }) => customer.id);
      const found = [...(await under.batches.findByIds([...ids, randomUUID()]))].sort(byId);
      const expected = batch.map(({ customer }) => customer).sort(byId);
      expect(found.map((each) => each.snapshot())).toEqual(expected.map((each) => each.snapshot()));
      expect((await under.customers.findById(ids[105] ?? ''))?.snapshot()).toEqual(batch[105]?.customer.snapshot());
      const emails = batch.map(({ hashes }) => hashes.email ?? '');
      expect(await under.batches.findTakenHashes('email', [...emails, hash()])).toEqual(new Set(emails));
      const phones = batch.flatMap(({ hashes }) => hashes.phone ?? []);
      expect(await under.batches.findTakenHashes('phone', [...phones, ...emails])).toEqual(new Set(phones));
    });

    it('finds a deleted customer and reports the identifier as free', async () => {
      const email = hash();
      const { customer } = aHashedCustomer();
      await addAll([{ customer, hashes: { email, phone: null } }]);
      const gone = customer.delete(NOW);
      await under.customers.replace(customer, gone, { email: null, phone: null });
      expect((await under.batches.findByIds([customer.id])).map(({ isDeleted }) => isDeleted)).toEqual([true]);
      expect(await under.batches.findTakenHashes('email', [email])).toEqual(new Set());
    });

    it.each(['email', 'phone', 'id'] as const)('stores none when one has the %s of another customer', async (what) => {
      const [email, phone] = [hash(), hash()];
      const mia = aHashedCustomer({}, { email, phone });
      await addAll([mia]);
      const [other, rival] = [aHashedCustomer(), aHashedCustomer()];
      const taken =
        what === 'id'
          ? { ...rival, customer: mia.customer }
          : { ...rival, hashes: { ...rival.hashes, [what]: mia.hashes[what] } };
      await expect(addAll([other, taken])).rejects.toBeInstanceOf(IdentifierTaken);
      expect(await under.batches.findByIds([other.customer.id])).toEqual([]);
    });

    it('does nothing for an empty batch', async () => {
      await addAll([]);
      expect([await under.batches.findByIds([]), await under.batches.findTakenHashes('email', [])]).toEqual([
        [],
        new Set(),
      ]);
    });
  });
}
