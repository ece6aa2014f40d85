import { CustomerBatches, type HashedCustomer } from '../application/transfer-ports.js';
import type { Customer } from '../domain/customer.js';
import type { InMemoryCustomers } from './in-memory-customers.js';

/** Passes the contract of `CustomerBatches`. */
export class InMemoryCustomerBatches extends CustomerBatches {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async findByIds(ids: readonly string[]): Promise<readonly Customer[]> {
    const found = await Promise.all(ids.map((id) => this.customers.findById(id)));
    return found.filter((customer) => customer !== null);
  }

  override async findTakenHashes(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>();
    for (const hash of hashes) if ((await this.customers.lookUpHolders(kind, [hash], null)).holder) taken.add(hash);
    return taken;
  }

  override async addAll(batch: readonly HashedCustomer[]): Promise<void> {
    for (const { customer, hashes } of batch) await this.customers.add(customer, hashes);
  }
}
