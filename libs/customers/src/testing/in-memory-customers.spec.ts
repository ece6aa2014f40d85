import { customerViewsContract } from '../adapters/customer-views.contract.js';
import { customersContract } from '../adapters/customers.contract.js';
import { InMemoryCustomers, InMemoryCustomerViews } from './in-memory-customers.js';

const drop = async () => undefined;

customersContract('InMemoryCustomers', async () => ({ customers: new InMemoryCustomers(), drop }));
customerViewsContract('InMemoryCustomerViews', async () => {
  const customers = new InMemoryCustomers();
  return { customers, views: new InMemoryCustomerViews(customers), drop };
});
