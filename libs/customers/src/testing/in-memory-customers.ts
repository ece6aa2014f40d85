import { type Participant, restoring } from '#kernel/testing';
import { type CustomerLookup, type CustomerReference, Customers, type IdentifierHashes } from '../application/ports.js';
import { toCustomerView } from '../application/services/to-customer-view.js';
import { type CustomerView, CustomerViews } from '../application/views.js';
import { Customer, type CustomerState } from '../domain/customer.js';
import { DocumentTaken, IdentifierTaken } from '../domain/errors.js';

/** Passes the contract of `Customers`. */
export class InMemoryCustomers extends Customers implements Participant {
  readonly states = new Map<string, CustomerState>();
  readonly #customerIdByHash = new Map<string, string>();

  override async add(customer: Customer, hashes: IdentifierHashes): Promise<void> {
    if (this.states.has(customer.id)) throw new IdentifierTaken();
    this.#assignHashes(customer.id, hashes);
    this.states.set(customer.id, customer.snapshot());
  }

  override async findById(id: string): Promise<Customer | null> {
    const state = this.states.get(id);
    return state ? Customer.fromSnapshot(state) : null;
  }

  override async replace(before: Customer, after: Customer, hashes: IdentifierHashes = {}): Promise<boolean> {
    const { id, version } = before.snapshot();
    if (this.states.get(id)?.version !== version) return false;
    this.#assignHashes(id, hashes);
    this.states.set(id, after.snapshot());
    return true;
  }

  #assignHashes(id: string, hashes: IdentifierHashes): void {
    const named = Object.entries(hashes).filter(([, hash]) => hash !== undefined);
    const keys = named.filter(([, hash]) => hash !== null).map(([kind, hash]) => `${kind} ${hash}`);
    if (keys.some((key) => (this.#customerIdByHash.get(key) ?? id) !== id))
      throw hashes.document ? new DocumentTaken() : new IdentifierTaken();
    const isNamed = (key: string) => named.some(([kind]) => key.startsWith(`${kind} `));
    for (const [key, holder] of this.#customerIdByHash)
      if (holder === id && isNamed(key)) this.#customerIdByHash.delete(key);
    for (const key of keys) this.#customerIdByHash.set(key, id);
  }

  override async lookUpHolders(
    kind: keyof IdentifierHashes,
    hashes: readonly string[],
    id: string | null,
  ): Promise<CustomerLookup> {
    const holderId = hashes
      .map((hash) => this.#customerIdByHash.get(`${kind} ${hash}`))
      .find((found) => found !== undefined);
    return { holder: this.#toReference(holderId), idHolder: this.#toReference(id ?? undefined) };
  }

  checkpoint(): () => void {
    const undo = [restoring(this.states), restoring(this.#customerIdByHash)];
    return () => {
      for (const back of undo) back();
    };
  }

  #toReference(id: string | undefined): CustomerReference | null {
    const state = this.states.get(id ?? '');
    return state ? { id: state.id, attemptId: state.attemptId } : null;
  }
}

/** Passes the contract of `CustomerViews`. */
export class InMemoryCustomerViews extends CustomerViews {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async findById(id: string): Promise<CustomerView | null> {
    const state = this.customers.states.get(id);
    if (!state || state.deletedAt) return null;
    return toCustomerView(Customer.fromSnapshot(state));
  }
}
