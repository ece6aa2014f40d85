import type { AuditTrail, Clock, IntegrationEvent, Outbox } from '#kernel';
import type { Customer } from '../domain/customer.js';
import { CustomerChanged, CustomerNotFound } from '../domain/errors.js';
import type { Customers, IdentifierHashes } from './ports.js';
import { viewOf } from './view-of.js';
import type { CustomerView } from './views.js';

/** Who ordered a change, and from where. */
export interface Ordered {
  /** Customer id; null when it came from within. */
  readonly by: string | null;
  /** Source prefix. */
  readonly source: string | null;
}

export interface Step {
  readonly after: Customer;
  readonly event: (view: CustomerView) => IntegrationEvent;
  /** For the audit trail: `customer.updated` … */
  readonly action: string;
  readonly hashes?: IdentifierHashes;
}

/** Reads and writes the record of one customer. Inside the caller's unit of work: the row, its event and its audit line. */
export class CustomerRecord {
  constructor(
    private readonly customers: Customers,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  get now(): Date {
    return this.clock.now();
  }

  /**
   * @param version that the caller has read; null for whatever there is
   * @throws CustomerNotFound, CustomerChanged
   */
  async living(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.byId(id);
    if (!customer || customer.isDeleted) throw new CustomerNotFound();
    if (version !== null && customer.snapshot().version !== version) throw new CustomerChanged();
    return customer;
  }

  /** @throws CustomerNotFound unless it was deleted */
  async deleted(id: string): Promise<Customer> {
    const customer = await this.customers.byId(id);
    if (!customer?.isDeleted) throw new CustomerNotFound();
    return customer;
  }

  /** @throws CustomerChanged when another request was faster, IdentifierTaken */
  async write(
    before: Customer,
    { after, event, action, hashes }: Step,
    { by, source }: Ordered,
  ): Promise<CustomerView> {
    if (!(await this.customers.replace(before, after, hashes))) throw new CustomerChanged();
    const view = viewOf(after);
    await this.outbox.append(event(view));
    await this.audit.record({ action, actor: by, target: view.id, source });
    return view;
  }
}
