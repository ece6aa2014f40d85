import { type Page, type PagePosition, type PageRequest, toPage } from '#kernel';
import { toCustomerView } from '../application/services/to-customer-view.js';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../application/views.js';
import { Customer, type CustomerState } from '../domain/customer.js';
import type { InMemoryCustomers } from './in-memory-customers.js';

/** Passes the contract of `CustomerLists` by an exhaustive search. */
export class InMemoryCustomerLists extends CustomerLists {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  override async page(filter: CustomerFilter, { limit, after }: PageRequest): Promise<Page<ListedCustomer>> {
    const rows = (await this.#findAll(filter)).filter(
      (state) => after === null || inOrder(after, positionOf(state)) < 0,
    );
    return toPage(rows, limit, positionOf, toListed);
  }

  override async count(filter: CustomerFilter): Promise<number> {
    return (await this.#findAll(filter)).length;
  }

  async #findAll(filter: CustomerFilter): Promise<CustomerState[]> {
    const { documentHashes: hashes } = filter;
    const holder = hashes && (await this.customers.lookUpHolders('document', hashes, null)).holder?.id;
    const known = [...this.customers.states.values()].filter(({ id }) => hashes === null || id === holder);
    const fitting = known.filter((state) => matchesFilter(filter, state));
    return fitting.sort((a, b) => inOrder(positionOf(a), positionOf(b)));
  }
}

function matchesFilter({ email, phone, status, createdAfter, prefix }: CustomerFilter, state: CustomerState): boolean {
  const standing = state.deletedAt ? 'deleted' : state.status;
  return (
    (status === null ? standing !== 'deleted' : standing === status) &&
    (email === null || state.email === email) &&
    (phone === null || state.phone === phone) &&
    (createdAfter === null || state.createdAt > createdAfter) &&
    (prefix === null || matchesPrefix(prefix.trim(), state))
  );
}

function matchesPrefix(typed: string, { email, phone, lastName }: CustomerState): boolean {
  const digits = /^\+?[0-9][0-9 ().-]*$/.test(typed) ? `+${typed.replaceAll(/[^0-9]/g, '')}` : null;
  return (
    foldText(email).startsWith(typed.toLowerCase()) ||
    (digits !== null && (phone ?? '').startsWith(digits)) ||
    foldText(lastName).startsWith(foldText(typed))
  );
}

const foldText = (text: string | null): string => (text ?? '').normalize('NFKC').toLowerCase();
const positionOf = ({ createdAt: at, id }: CustomerState): PagePosition => ({ at, id });
const inOrder = (a: PagePosition, b: PagePosition): number =>
  a.at.getTime() - b.at.getTime() || (a.id < b.id ? -1 : +(a.id > b.id));
const toListed = (state: CustomerState): ListedCustomer => {
  const view = toCustomerView(Customer.fromSnapshot(state));
  return state.deletedAt ? { ...view, status: 'deleted' } : view;
};
