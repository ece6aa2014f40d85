import type { Credentials } from '#auth';
import {
  type AuditTrail,
  type Clock,
  type IdentifierHasher,
  type IntegrationEvent,
  type Outbox,
  TransactionConflict,
} from '#kernel';
import type { Customer } from '../../domain/customer.js';
import { AdministratorsOnly, CustomerChanged, CustomerNotFound } from '../../domain/errors.js';
import { assignmentsBetween } from '../../domain/identifier-assignment.js';
import type { IdentifierAssignmentListeners } from '../../facade.js';
import type { Customers } from '../ports.js';
import type { CustomerView } from '../views.js';
import type { DocumentSignInNames } from './document-sign-in-names.js';
import { identifierHashesOf } from './identifier-hashes.js';
import { toCustomerView } from './to-customer-view.js';

/** Who ordered a change, and from where. */
export interface Actor {
  /** Customer id; null when it came from within. */
  readonly by: string | null;
  /** Source prefix. */
  readonly source: string | null;
  /** Absent: whoever ordered it is no administrator. */
  readonly asAdministrator?: boolean;
}

export interface RecordedChange {
  readonly after: Customer;
  /** @param before the record as it was */
  readonly event: (view: CustomerView, before: CustomerView) => IntegrationEvent;
  /** For the audit trail: `customer.updated` … */
  readonly action: string;
}

/**
 * Reads and writes the record of one customer. Inside the caller's unit of work: the row, its event and its audit line, and
 * before them whoever keeps something by an identifier that is given or taken.
 */
export class CustomerUpdater {
  constructor(
    private readonly customers: Customers,
    private readonly documentNames: DocumentSignInNames,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly identifiers: IdentifierHasher,
    private readonly listeners: IdentifierAssignmentListeners,
  ) {}

  get now(): Date {
    return this.clock.now();
  }

  /**
   * @param version that the caller has read; null for whatever there is
   * @throws CustomerNotFound, CustomerChanged
   */
  async getCustomer(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.findById(id);
    if (!customer || customer.isDeleted) throw new CustomerNotFound();
    assertVersion(version, customer);
    return customer;
  }

  /**
   * Living, and this one may be changed by whoever ordered it.
   * @throws CustomerNotFound, AdministratorsOnly, CustomerChanged
   */
  async getChangeableCustomer(
    id: string,
    version: number | null,
    actor: Actor,
    credentials: Credentials,
  ): Promise<Customer> {
    const customer = await this.getCustomer(id, null);
    await assertMayChange(id, actor, credentials);
    assertVersion(version, customer);
    return customer;
  }

  /**
   * Living or deleted.
   * @throws CustomerNotFound for who was erased, too; CustomerChanged
   */
  async getCustomerOrDeleted(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.findById(id);
    if (!customer || customer.isErased) throw new CustomerNotFound();
    assertVersion(version, customer);
    return customer;
  }

  /** @throws TransactionConflict when another request was faster: the unit reads again; IdentifierTaken, DocumentTaken */
  async saveChange(
    before: Customer,
    { after, event, action }: RecordedChange,
    { by, source }: Actor,
  ): Promise<CustomerView> {
    const assignments = assignmentsBetween(before, after);
    await this.listeners.notifyAssignments(assignments);
    const hashes = assignments.length > 0 ? identifierHashesOf(after, this.identifiers) : {};
    const all = { ...hashes, ...(await this.documentNames.resolveHashes(before, after)) };
    if (!(await this.customers.replace(before, after, all)))
      throw new TransactionConflict('The customer is being changed at this moment. Please try again.', 1);
    await this.documentNames.syncSignInNames(before, after);
    const view = toCustomerView(after);
    await this.outbox.append(event(view, toCustomerView(before)));
    await this.audit.record({ action, actor: by, target: view.id, source });
    return view;
  }
}

function assertVersion(version: number | null, customer: Customer): void {
  if (version !== null && customer.snapshot().version !== version) throw new CustomerChanged();
}

/** Staff change everybody's record but an administrator's. */
async function assertMayChange(id: string, { by, asAdministrator }: Actor, credentials: Credentials): Promise<void> {
  if (by === null || by === id || asAdministrator) return;
  if (await credentials.hasRole(id, 'admin')) throw new AdministratorsOnly();
}
