import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { PagePosition } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerFilter, CustomerLists, ListedCustomer } from '../application/views.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { aNewCustomer } from './a-new-customer.js';
import { InMemoryCustomerLists } from './in-memory-customer-lists.js';
import { InMemoryCustomers } from './in-memory-customers.js';

/** Lists of what these `Customers` hold; nobody else's. */
export interface CustomerListsUnderTest {
  readonly customers: Customers;
  readonly lists: CustomerLists;
  drop(): Promise<void>;
}

export const NO_FILTER: CustomerFilter = {
  email: null,
  phone: null,
  documentHashes: null,
  status: null,
  createdAfter: null,
  prefix: null,
};
const NOW = new Date('2026-03-01T12:00:00.007Z');
export const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
export const randomHash = () => randomUUID().replaceAll('-', '').repeat(2);
export const customerIdOf = (customer: Customer) => customer.snapshot().id;
const hashesOf = (customer: Customer) => {
  const { email, phone } = customer.snapshot();
  return { email: email && randomHash(), phone: phone && randomHash() };
};

/** What the parts of the contract share: people who come, change and go. */
export class CustomerListsFixture {
  declare underTest: CustomerListsUnderTest;
  /** Knows the same people, and is a list that looks at every one of them. */
  readonly mirror = new InMemoryCustomers();
  readonly model = new InMemoryCustomerLists(this.mirror);

  readonly add = async (changes: Partial<NewCustomer> = {}, at = NOW): Promise<Customer> => {
    const customer = Customer.create(aNewCustomer(changes), at);
    for (const customers of [this.underTest.customers, this.mirror]) await customers.add(customer, hashesOf(customer));
    return customer;
  };
  readonly replace = async (before: Customer, after: Customer): Promise<Customer> => {
    for (const customers of [this.underTest.customers, this.mirror]) await customers.replace(before, after);
    return after;
  };
  readonly remove = (customer: Customer) => this.replace(customer, customer.delete(later(9)));
  readonly ids = async (filter: CustomerFilter) =>
    (await this.underTest.lists.page(filter, { limit: 100, after: null })).items.map(({ id }) => id);
  /** Walks from page to page, and does something behind each. */
  readonly readAllPages = async (filter: CustomerFilter, limit: number, behindEach = async (_page: number) => {}) => {
    const items: ListedCustomer[] = [];
    let after: PagePosition | null = null;
    for (let page = 0; page < 1_000; page++) {
      const { items: some, next }: Awaited<ReturnType<CustomerLists['page']>> = await this.underTest.lists.page(
        filter,
        {
          limit,
          after,
        },
      );
      items.push(...some);
      if (next === null) return items;
      expect(some).toHaveLength(limit);
      after = next;
      await behindEach(page);
    }
    throw new Error('there is no end');
  };
}
