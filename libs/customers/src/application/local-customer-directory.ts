import type { Credentials, Role, SignInNames } from '#auth';
import type { Clock, Identifier, IdentifierHasher, Outbox } from '#kernel';
import { Customer } from '../domain/customer.js';
import { CustomerCreatedV1 } from '../events.js';
import { CustomerDirectory, type CustomerView, type Newcomer, type Standing } from '../facade.js';
import { hashesOf } from './identifier-hashes.js';
import type { Customers } from './ports.js';
import { viewOf } from './view-of.js';
import type { CustomerViews } from './views.js';

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

  async standing(identifier: Identifier, id: string | null): Promise<Standing> {
    const hashes = this.identifiers.candidates(identifier);
    const { holder, bearer } = await this.customers.lookUp(identifier.kind, hashes, id);
    return { holderId: holder?.id ?? null, idIsUsed: bearer !== null, admittedBy: bearer?.attemptId ?? null };
  }

  async admit(newcomer: Newcomer): Promise<CustomerView> {
    const { identifier, also, id: customerId, credential, market, locale, oneTime = false, isAdmin } = newcomer;
    const identifierHash = this.identifiers.hash(identifier);
    const customer = Customer.admit(newcomer, this.clock.now());
    await this.customers.add(customer, hashesOf(customer, this.identifiers));
    const roles: readonly Role[] = isAdmin ? ['customer', 'admin'] : ['customer'];
    await this.credentials.enrol({ customerId, identifierHash, credential, roles, market, locale, oneTime });
    if (also) await this.names.add(customerId, this.identifiers.hash(also));
    const view = viewOf(customer);
    await this.outbox.append(CustomerCreatedV1.of(view));
    return view;
  }

  find(id: string): Promise<CustomerView | null> {
    return this.views.byId(id);
  }
}
