import { type Page, type PageWanted, type Place, pageOf } from '#kernel';
import { viewOf } from '../application/view-of.js';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../application/views.js';
import { Customer, type CustomerState } from '../domain/customer.js';
import type { InMemoryCustomers } from './in-memory-customers.js';

/** Passes the contract of `CustomerLists`, by looking at everybody. */
export class InMemoryCustomerLists extends CustomerLists {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async page(filter: CustomerFilter, { limit, after }: PageWanted): Promise<Page<ListedCustomer>> {
    const rows = (await this.#everybody(filter)).filter(
      (state) => after === null || inOrder(after, placeOf(state)) < 0,
    );
    return pageOf(rows, limit, placeOf, toListed);
  }

  override async count(filter: CustomerFilter): Promise<number> {
    return (await this.#everybody(filter)).length;
  }

  async #everybody(filter: CustomerFilter): Promise<CustomerState[]> {
    const { documentHashes: hashes } = filter;
    const holder = hashes && (await this.customers.lookUp('document', hashes, null)).holder?.id;
    const known = [...this.customers.states.values()].filter(({ id }) => hashes === null || id === holder);
    const fitting = known.filter((state) => fits(filter, state));
    return fitting.sort((a, b) => inOrder(placeOf(a), placeOf(b)));
  }
}

function fits({ email, phone, status, createdAfter, beginning }: CustomerFilter, state: CustomerState): boolean {
  const standing = state.deletedAt ? 'deleted' : state.status;
  return (
    (status === null ? standing !== 'deleted' : standing === status) &&
    (email === null || state.email === email) &&
    (phone === null || state.phone === phone) &&
    (createdAfter === null || state.createdAt > createdAfter) &&
    (beginning === null || begins(beginning.trim(), state))
  );
}

function begins(typed: string, { email, phone, lastName }: CustomerState): boolean {
  const digits = /^\+?[0-9][0-9 ().-]*$/.test(typed) ? `+${typed.replaceAll(/[^0-9]/g, '')}` : null;
  return (
    folded(email).startsWith(typed.toLowerCase()) ||
    (digits !== null && (phone ?? '').startsWith(digits)) ||
    folded(lastName).startsWith(folded(typed))
  );
}

const folded = (text: string | null): string => (text ?? '').normalize('NFKC').toLowerCase();
const placeOf = ({ createdAt: at, id }: CustomerState): Place => ({ at, id });
const inOrder = (a: Place, b: Place): number => a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : +(a.id > b.id));
const toListed = (state: CustomerState): ListedCustomer => {
  const view = viewOf(Customer.restore(state));
  return state.deletedAt ? { ...view, status: 'deleted' } : view;
};
