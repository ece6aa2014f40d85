import { InMemoryUnitOfWork } from '#kernel/testing';
import { customerBatchesContract } from '../adapters/customer-batches.contract.js';
import { InMemoryCustomerBatches } from './in-memory-customer-batches.js';
import { InMemoryCustomers } from './in-memory-customers.js';

customerBatchesContract('InMemoryCustomerBatches', async () => {
  const customers = new InMemoryCustomers();
  const work = new InMemoryUnitOfWork(customers);
  return { batches: new InMemoryCustomerBatches(customers), customers, work, drop: async () => undefined };
});
