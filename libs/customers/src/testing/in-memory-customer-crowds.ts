import { CustomerCrowds, type Hashed } from '../application/transfer-ports.js';
import type { Customer } from '../domain/customer.js';
import type { InMemoryCustomers } from './in-memory-customers.js';

/** Passes the contract of `CustomerCrowds`. */
export class InMemoryCustomerCrowds extends CustomerCrowds {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async byIds(ids: readonly string[]): Promise<readonly Customer[]> {
    const found = await Promise.all(ids.map((id) => this.customers.byId(id)));
    return found.filter((one) => one !== null);
  }

  override async held(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (const hash of hashes) if ((await this.customers.lookUp(kind, [hash], null)).holder) held.add(hash);
    return held;
  }

  override async addAll(crowd: readonly Hashed[]): Promise<void> {
    for (const { customer, hashes } of crowd) await this.customers.add(customer, hashes);
  }
}
