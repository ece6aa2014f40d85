import {
  CustomerCreatedV1,
  CustomerDirectory,
  type CustomerView,
  type IdentifierAvailability,
  IdentifierTaken,
  type NewCustomer,
} from '#customers';
import type { Identifier, Outbox } from '#kernel';
import type { Participant } from '#kernel/testing';

interface Known extends NewCustomer {
  readonly view: CustomerView;
}

/** Customers in memory, with the attempts that created them. */
export class InMemoryCustomerDirectory extends CustomerDirectory implements Participant {
  #known: readonly Known[] = [];

  constructor(private readonly outbox: Outbox) {
    super();
  }

  get customers(): readonly NewCustomer[] {
    return this.#known;
  }

  override async checkAvailability(identifier: Identifier, id: string | null): Promise<IdentifierAvailability> {
    const holder = this.#known.find((known) => known.identifier.key === identifier.key);
    const bearer = this.#known.find((known) => known.id === id);
    return {
      holderId: holder?.id ?? null,
      idIsUsed: bearer !== undefined,
      createdByAttemptId: bearer?.attemptId ?? null,
    };
  }

  override async createCustomer(newCustomer: NewCustomer): Promise<CustomerView> {
    if (
      this.#known.some(({ id, identifier }) => id === newCustomer.id || identifier.key === newCustomer.identifier.key)
    )
      throw new IdentifierTaken();
    const view = viewOf(newCustomer);
    this.#known = [...this.#known, { ...newCustomer, view }];
    await this.outbox.append(CustomerCreatedV1.of(view));
    return view;
  }

  override async find(id: string): Promise<CustomerView | null> {
    return this.#known.find((known) => known.id === id)?.view ?? null;
  }

  checkpoint(): () => void {
    const kept = this.#known;
    return () => {
      this.#known = kept;
    };
  }
}

function viewOf({ id, identifier, firstName, lastName, market, locale, verifiedBy }: NewCustomer): CustomerView {
  const email = identifier.kind === 'email' ? identifier.canonical : null;
  const phone = identifier.kind === 'phone' ? identifier.canonical : null;
  const person = { id, email, phone, firstName, lastName, document: null, market, locale, attributes: {} };
  const then = '2026-03-01T12:00:00.000Z';
  return { ...person, status: 'active', verifiedBy, createdAt: then, updatedAt: then, version: 1 };
}
