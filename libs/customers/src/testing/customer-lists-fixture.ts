import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { PagePosition } from '#kernel';
import type { Customers } from '../application/ports.js';
import type { CustomerFilter, CustomerLists, ListedCustomer } from '../application/views.js';
import { Customer, type NewCustomer } from '../domain/customer.js';
import { aNewCustomer } from './a-new-customer.js';
import { InMemoryCustomerLists } from './in-memory-customer-lists.js';
import { InMemoryCustomers } from './in-memory-customers.js';

/** Lists over an isolated store of customers. */
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

/** Adds, changes and deletes customers for the parts of the contract. */
export class CustomerListsFixture {
  declare underTest: CustomerListsUnderTest;
  /** Holds the same customers. The model lists them by an exhaustive search. */
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
  /** Reads all pages and calls `afterEachPage` after each page. */
  readonly readAllPages = async (
    filter: CustomerFilter,
    limit: number,
    afterEachPage = async (_page: number) => {},
  ) => {
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
      await afterEachPage(page);
    }
    throw new Error('there is no end');
  };
}
