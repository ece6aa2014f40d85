import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer } from '../../domain/customer.js';
import { aNewcomer } from '../../testing/a-newcomer.js';
import { DATABASES, openDatabase } from '../../testing/customers-database.js';
import { customerViewsContract } from '../customer-views.contract.js';
import { customersContract } from '../customers.contract.js';
import { SqlCustomerViews } from './sql-customer-views.js';
import { TypeOrmCustomers } from './typeorm-customers.js';

describe.each(DATABASES)('on %s', (name, fresh) => {
  customersContract(`TypeOrmCustomers on ${name}`, async () => {
    const { database, drop } = await openDatabase(fresh);
    return { customers: new TypeOrmCustomers(database), drop };
  });

  customerViewsContract(`SqlCustomerViews on ${name}`, async () => {
    const { database, drop } = await openDatabase(fresh);
    return { customers: new TypeOrmCustomers(database), views: new SqlCustomerViews(database), drop };
  });

  describe('its transaction', () => {
    let opened: Awaited<ReturnType<typeof openDatabase>>;
    beforeAll(async () => {
      opened = await openDatabase(fresh);
    });
    afterAll(() => opened.drop());

    it('given a unit that is rolled back, then nobody was added', async () => {
      const [customers, newcomer] = [new TypeOrmCustomers(opened.database), aNewcomer()];
      const failing = opened.database.transaction(async () => {
        await customers.add(Customer.admit(newcomer, new Date()), 'a'.repeat(64));
        expect((await customers.lookUp('email', ['a'.repeat(64)], newcomer.id)).bearer).not.toBeNull();
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await customers.lookUp('email', ['a'.repeat(64)], newcomer.id)).toEqual({ holder: null, bearer: null });
    });
  });
});

it('keeps attributes as a JSON object that PostgreSQL can look into', async () => {
  const [, fresh] = DATABASES[0] ?? [];
  if (fresh === undefined) throw new Error('PostgreSQL comes first');
  const { database, drop } = await openDatabase(fresh);
  await new TypeOrmCustomers(database).add(Customer.admit(aNewcomer(), new Date()), 'a'.repeat(64));
  expect(await database.query('select jsonb_typeof(attributes) as type from customers')).toEqual([{ type: 'object' }]);
  await drop();
});
