import { CustomerBatches, type HashedCustomer } from '../application/transfer-ports.js';
import type { Customer } from '../domain/customer.js';
import type { InMemoryCustomers } from './in-memory-customers.js';

/** Passes the contract of `CustomerCrowds`. */
export class InMemoryCustomerBatches extends CustomerBatches {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async findByIds(ids: readonly string[]): Promise<readonly Customer[]> {
    const found = await Promise.all(ids.map((id) => this.customers.findById(id)));
    return found.filter((one) => one !== null);
  }

  override async findTakenHashes(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (const hash of hashes) if ((await this.customers.lookUpHolders(kind, [hash], null)).holder) held.add(hash);
    return held;
  }

  override async addAll(crowd: readonly HashedCustomer[]): Promise<void> {
    for (const { customer, hashes } of crowd) await this.customers.add(customer, hashes);
  }
}
