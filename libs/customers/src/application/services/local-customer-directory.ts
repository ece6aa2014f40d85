import type { Credentials, Role, SignInNames } from '#auth';
import type { Clock, Identifier, IdentifierHasher, Outbox } from '#kernel';
import { Customer } from '../../domain/customer.js';
import { CustomerCreatedV1 } from '../../events.js';
import { CustomerDirectory, type CustomerView, type IdentifierAvailability, type NewCustomer } from '../../facade.js';
import type { Customers } from '../ports.js';
import type { CustomerViews } from '../views.js';
import { identifierHashesOf } from './identifier-hashes.js';
import { toCustomerView } from './to-customer-view.js';

export class LocalCustomerDirectory extends CustomerDirectory {
  constructor(
    private readonly customers: Customers,
    private readonly views: CustomerViews,
    private readonly credentials: Credentials,
    private readonly names: SignInNames,
    private readonly outbox: Outbox,
    private readonly identifiers: IdentifierHasher,
    private readonly clock: Clock,
  ) {
    super();
  }

  async checkAvailability(identifier: Identifier, id: string | null): Promise<IdentifierAvailability> {
    const hashes = this.identifiers.candidates(identifier);
    const { holder, idHolder } = await this.customers.lookUpHolders(identifier.kind, hashes, id);
    return {
      holderId: holder?.id ?? null,
      idIsUsed: idHolder !== null,
      createdByAttemptId: idHolder?.attemptId ?? null,
    };
  }

  async createCustomer(newCustomer: NewCustomer): Promise<CustomerView> {
    const { identifier, also, id: customerId, credential, market, locale, oneTime = false, isAdmin } = newCustomer;
    const identifierHash = this.identifiers.hash(identifier);
    const customer = Customer.create(newCustomer, this.clock.now());
    await this.customers.add(customer, identifierHashesOf(customer, this.identifiers));
    const roles: readonly Role[] = isAdmin ? ['customer', 'admin'] : ['customer'];
    await this.credentials.enrol({ customerId, identifierHash, credential, roles, market, locale, oneTime });
    if (also) await this.names.add(customerId, this.identifiers.hash(also));
    const view = toCustomerView(customer);
    await this.outbox.append(CustomerCreatedV1.of(view));
    return view;
  }

  find(id: string): Promise<CustomerView | null> {
    return this.views.findById(id);
  }
}
