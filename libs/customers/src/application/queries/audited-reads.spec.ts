import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordingAuditTrail } from '#kernel/testing';
import { Customer } from '../../domain/customer.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { type CustomerFilter, CustomerLists } from '../views.js';
import { GetCustomer, GetCustomerHandler } from './get-customer.js';
import { ListCustomers, ListCustomersHandler } from './list-customers.js';

const [MIA, CLERK] = [randomUUID(), randomUUID()];
const BY_CLERK = { by: CLERK, source: '192.0.2.7' };
const NO_FILTER: CustomerFilter = {
  ...{ email: null, phone: null, documentHashes: null },
  ...{ status: null, createdAfter: null, prefix: null },
};

describe('audit of customer reads', () => {
  let trail: RecordingAuditTrail;
  beforeEach(() => {
    trail = new RecordingAuditTrail();
  });

  const get = async (id: string, reader: { by: string; source: string }) => {
    const customers = new InMemoryCustomers();
    await customers.add(Customer.create(aNewCustomer({ id: MIA }), new Date()), { email: 'a', phone: null });
    const handler = new GetCustomerHandler(new InMemoryCustomerViews(customers), trail);
    return handler.execute(new GetCustomer(id, reader));
  };

  it('records a read of another customer’s record [AC-75]', async () => {
    expect(await get(MIA, BY_CLERK)).toMatchObject({ id: MIA });
    expect(trail.entries).toEqual([{ action: 'customer.read', actor: CLERK, target: MIA, source: '192.0.2.7' }]);
  });

  it('does not record a read of one’s own or of an unknown record [AC-75]', async () => {
    expect(await get(MIA, { ...BY_CLERK, by: MIA })).toMatchObject({ id: MIA });
    expect(await get(randomUUID(), BY_CLERK)).toBeNull();
    expect(trail.entries).toEqual([]);
  });

  it('returns nothing when the read cannot be recorded [AC-75]', async () => {
    trail.record = () => Promise.reject(new Error('away'));
    await expect(get(MIA, BY_CLERK)).rejects.toThrow('away');
  });

  it.each<[Partial<CustomerFilter>, string | null]>([
    [{}, null],
    [{ email: 'mia@example.org' }, 'email'],
    [{ prefix: 'mi', status: 'suspended', createdAfter: new Date(0) }, 'createdAfter q status'],
    [{ phone: '+14155550132', documentHashes: ['a', 'b'] }, 'document phone'],
  ])('of a list with %j is recorded with the names of its filters, %j [AC-75]', async (filter, detail) => {
    const lists = new (class extends CustomerLists {
      override page = async () => ({ items: [], next: null });
      override count = async () => 7;
    })();
    const asked = new ListCustomers({ ...NO_FILTER, ...filter }, { limit: 20, after: null }, true, BY_CLERK);
    expect(await new ListCustomersHandler(lists, trail).execute(asked)).toMatchObject({ total: 7 });
    const line = { action: 'customer.listed', actor: CLERK, target: null, source: '192.0.2.7', detail };
    expect(trail.entries).toEqual([line]);
  });
});
