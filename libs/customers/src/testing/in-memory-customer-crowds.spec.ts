import { InMemoryUnitOfWork } from '#kernel/testing';
import { customerCrowdsContract } from '../adapters/customer-crowds.contract.js';
import { InMemoryCustomerCrowds } from './in-memory-customer-crowds.js';
import { InMemoryCustomers } from './in-memory-customers.js';

customerCrowdsContract('InMemoryCustomerCrowds', async () => {
  const customers = new InMemoryCustomers();
  const work = new InMemoryUnitOfWork(customers);
  return { crowds: new InMemoryCustomerCrowds(customers), customers, work, drop: async () => undefined };
});
