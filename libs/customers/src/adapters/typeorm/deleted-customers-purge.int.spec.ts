import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import type { CustomerEraser } from '../../application/services/customer-eraser.js';
import { Customer } from '../../domain/customer.js';
import { CustomerChanged } from '../../domain/errors.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { DOCUMENT_SEALER, openCustomersDatabase } from '../../testing/customers-database.js';
import { DeletedCustomersPurge } from './deleted-customers-purge.js';
import { TypeOrmCustomers } from './typeorm-customers.js';

const DAY = 24 * 3_600_000;
const NONE = { email: null, phone: null };

describe.each(DATABASES)('DeletedCustomersPurge on %s', (_, fresh) => {
  let opened: OpenDatabase;
  let customers: TypeOrmCustomers;
  const clock = new FixedClock();
  beforeAll(async () => {
    opened = await openCustomersDatabase(fresh);
    customers = new TypeOrmCustomers(opened.database, DOCUMENT_SEALER);
  });
  afterAll(() => opened.drop());

  /** Erases a customer like `CustomerEraser`. */
  const eraser = (restored: readonly string[] = []) =>
    ({
      async erase(id: string, version: number) {
        const before = await customers.findById(id);
        if (restored.includes(id) || !before || before.snapshot().version !== version) throw new CustomerChanged();
        await customers.replace(before, before.erase(clock.now()), NONE);
      },
    }) as unknown as CustomerEraser;
  const sweep = (days: number | null, restored?: readonly string[]) =>
    new DeletedCustomersPurge(opened.database, eraser(restored), clock, days).run();
  const deleted = async () => {
    const customer = Customer.create(aNewCustomer(), clock.now());
    await customers.add(customer, { email: null, phone: null });
    await customers.replace(customer, customer.delete(clock.now()), NONE);
    return customer.id;
  };
  const isErased = async (id: string) => (await customers.findById(id))?.isErased;

  it('erases only customers past the retention period, once', async () => {
    const living = Customer.create(aNewCustomer(), clock.now());
    await customers.add(living, NONE);
    const [old, restored] = [await deleted(), await deleted()];
    clock.advance(30 * DAY);
    const young = await deleted();
    expect(await sweep(30)).toBe(0);
    clock.advance(1);
    expect(await sweep(null)).toBe(0);
    expect([await sweep(30, [restored]), await sweep(30, [restored])]).toEqual([1, 0]);
    expect(await Promise.all([old, restored, young, living.id].map(isErased))).toEqual([true, false, false, false]);
  });
});
