import { Customers, type Found, type Holder } from '../application/ports.js';
import { type CustomerView, CustomerViews } from '../application/views.js';
import type { Customer, CustomerState } from '../domain/customer.js';
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
    if (!state) return null;
    const { email, phone, firstName, lastName, market, locale, attributes, status, verifiedBy, version } = state;
    return {
      ...{ id, email, phone, firstName, lastName, document: null, market, locale, attributes, status, verifiedBy },
      createdAt: state.createdAt.toISOString(),
      updatedAt: state.updatedAt.toISOString(),
      version,
    };
  }
}
