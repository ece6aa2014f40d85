import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import { Customer } from '../../domain/customer.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { DOCUMENT_SEALER, openCustomersDatabase } from '../../testing/customers-database.js';
import { customerBatchesContract } from '../customer-batches.contract.js';
import { customerListsContract } from '../customer-lists.contract.js';
import { customerViewsContract } from '../customer-views.contract.js';
import { customersContract } from '../customers.contract.js';
import { SqlCustomerLists } from './sql-customer-lists.js';
import { SqlCustomerViews } from './sql-customer-views.js';
import { TypeOrmCustomerBatches } from './typeorm-customer-batches.js';
import { TypeOrmCustomers } from './typeorm-customers.js';

describe.each(DATABASES)('on %s', (name, fresh) => {
  customersContract(`TypeOrmCustomers on ${name}`, async () => {
    const { database, drop } = await openCustomersDatabase(fresh);
    return { customers: new TypeOrmCustomers(database, DOCUMENT_SEALER), drop };
  });

  customerBatchesContract(`TypeOrmCustomerBatches on ${name}`, async () => {
    const { database, work, drop } = await openCustomersDatabase(fresh);
    const customers = new TypeOrmCustomers(database, DOCUMENT_SEALER);
    return { batches: new TypeOrmCustomerBatches(database, DOCUMENT_SEALER), customers, work, drop };
  });

  customerViewsContract(`SqlCustomerViews on ${name}`, async () => {
    const { database, drop } = await openCustomersDatabase(fresh);
    return {
      customers: new TypeOrmCustomers(database, DOCUMENT_SEALER),
      views: new SqlCustomerViews(database, DOCUMENT_SEALER),
      drop,
    };
  });

  describe.each([2_000, 3])('with a search window of %i rows', (window) => {
    customerListsContract(`SqlCustomerLists on ${name}`, async () => {
      const { database, drop } = await openCustomersDatabase(fresh);
      return {
        customers: new TypeOrmCustomers(database, DOCUMENT_SEALER),
        lists: new SqlCustomerLists(database, DOCUMENT_SEALER, window),
        drop,
      };
    });
  });

  describe('transaction', () => {
    let opened: OpenDatabase;
    beforeAll(async () => {
      opened = await openCustomersDatabase(fresh);
    });
    afterAll(() => opened.drop());

    it('adds no customer when the unit of work is rolled back', async () => {
      const [customers, newCustomer] = [new TypeOrmCustomers(opened.database, DOCUMENT_SEALER), aNewCustomer()];
      const failing = opened.database.runInTransaction(async () => {
        await customers.add(Customer.create(newCustomer, new Date()), { email: 'a'.repeat(64), phone: null });
        expect((await customers.lookUpHolders('email', ['a'.repeat(64)], newCustomer.id)).idHolder).not.toBeNull();
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await customers.lookUpHolders('email', ['a'.repeat(64)], newCustomer.id)).toEqual({
        holder: null,
        idHolder: null,
      });
    });
  });
});

it('encrypts a document, binds it to the customer and stores its hash only when confirmed', async () => {
  const [, fresh] = DATABASES[0] ?? [];
  if (fresh === undefined) throw new Error('PostgreSQL comes first');
  const { database, drop } = await openCustomersDatabase(fresh);
  const customers = new TypeOrmCustomers(database, DOCUMENT_SEALER);
  const row = async () => (await database.query<Record<string, string>>('select * from customers order by id'))[0];
  const [newCustomer, now] = [aNewCustomer(), new Date()];
  const before = Customer.create(newCustomer, now);
  await customers.add(before, { email: 'a'.repeat(64), phone: null });
  const claimed = before.changeProfile({ document: '529.982.247-25' }, now);
  await customers.replace(before, claimed);
  expect(JSON.stringify(await row())).not.toMatch(/52998224725|529\.982/);
  expect(await row()).toMatchObject({ document_sealed: expect.stringMatching(/^0\./), document_hash: null });
  await customers.replace(claimed, claimed.confirmDocument(now), { document: 'b'.repeat(64) });
  expect((await row())?.['document_hash']).toBe('b'.repeat(64));
  await database.execute('update customers set id = ?', [aNewCustomer().id]);
  const moved = (await row())?.['id'] ?? '';
  await expect(customers.findById(moved)).rejects.toThrow();
  await drop();
});

it('stores attributes as JSON that PostgreSQL can query', async () => {
  const [, fresh] = DATABASES[0] ?? [];
  if (fresh === undefined) throw new Error('PostgreSQL comes first');
  const { database, drop } = await openCustomersDatabase(fresh);
  await new TypeOrmCustomers(database, DOCUMENT_SEALER).add(Customer.create(aNewCustomer(), new Date()), {
    email: 'a'.repeat(64),
    phone: null,
  });
  expect(await database.query('select jsonb_typeof(attributes) as type from customers')).toEqual([{ type: 'object' }]);
  await drop();
});
