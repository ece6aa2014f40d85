import { customerListsContract } from '../adapters/customer-lists.contract.js';
import { InMemoryCustomerLists } from './in-memory-customer-lists.js';
import { InMemoryCustomers } from './in-memory-customers.js';

customerListsContract('InMemoryCustomerLists', async () => {
  const customers = new InMemoryCustomers();
  return { customers, lists: new InMemoryCustomerLists(customers), drop: async () => undefined };
});
