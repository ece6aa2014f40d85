import { Customers, type Found, type Holder, type IdentifierHashes } from '../application/ports.js';
import { type CustomerView, CustomerViews } from '../application/views.js';
import { Customer, type CustomerState } from '../domain/customer.js';
import { IdentifierTaken } from '../domain/errors.js';

/** Passes the contract of `Customers`, without a transaction to join. */
export class InMemoryCustomers extends Customers {
  readonly states = new Map<string, CustomerState>();
  readonly #ids = new Map<string, string>();

  override async add(customer: Customer, identifierHash: string): Promise<void> {
    const state = customer.snapshot();
    const key = `${state.email === null ? 'phone' : 'email'} ${identifierHash}`;
    if (this.#ids.has(key) || this.states.has(state.id)) throw new IdentifierTaken();
    this.states.set(state.id, state);
    this.#ids.set(key, state.id);
  }

  override async byId(id: string): Promise<Customer | null> {
    const state = this.states.get(id);
    return state ? Customer.restore(state) : null;
  }

  override async replace(before: Customer, after: Customer, hashes?: IdentifierHashes): Promise<boolean> {
    const { id, version } = before.snapshot();
    if (this.states.get(id)?.version !== version) return false;
    if (hashes) this.#move(id, hashes);
    this.states.set(id, after.snapshot());
    return true;
  }

  #move(id: string, hashes: IdentifierHashes): void {
    const held = Object.entries(hashes).filter(([, hash]) => hash !== null);
    const keys = held.map(([kind, hash]) => `${kind} ${hash}`);
    if (keys.some((key) => (this.#ids.get(key) ?? id) !== id)) throw new IdentifierTaken();
    for (const [key, holder] of this.#ids) if (holder === id) this.#ids.delete(key);
    for (const key of keys) this.#ids.set(key, id);
  }

  override async lookUp(kind: 'email' | 'phone', hashes: readonly string[], id: string | null): Promise<Found> {
    const held = hashes.map((hash) => this.#ids.get(`${kind} ${hash}`)).find((found) => found !== undefined);
    return { holder: this.#holder(held), bearer: this.#holder(id ?? undefined) };
  }

  #holder(id: string | undefined): Holder | null {
    const state = this.states.get(id ?? '');
    return state ? { id: state.id, attemptId: state.attemptId } : null;
  }
}

/** Passes the contract of `CustomerViews`. */
export class InMemoryCustomerViews extends CustomerViews {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async byId(id: string): Promise<CustomerView | null> {
    const state = this.customers.states.get(id);
    if (!state || state.deletedAt) return null;
    const { email, phone, firstName, lastName, market, locale, attributes, status, verifiedBy, version } = state;
    return {
      ...{ id, email, phone, firstName, lastName, document: null, market, locale, attributes, status, verifiedBy },
      createdAt: state.createdAt.toISOString(),
      updatedAt: state.updatedAt.toISOString(),
      version,
    };
  }
}
