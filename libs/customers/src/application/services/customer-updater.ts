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

/** Who makes a change, and from where. */
export interface Actor {
  /** Customer id; null for the system. */
  readonly by: string | null;
  /** Client network prefix. */
  readonly source: string | null;
  /** Absent when the actor is not an administrator. */
  readonly asAdministrator?: boolean;
}

export interface RecordedChange {
  readonly after: Customer;
  /** @param before the previous record */
  readonly event: (view: CustomerView, before: CustomerView) => IntegrationEvent;
  /** Audit action such as `customer.updated`. */
  readonly action: string;
}

/**
 * Reads and writes the record of one customer inside the caller's unit of work: the row, its event and its audit entry.
 * Notifies the identifier assignment listeners first.
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
   * @param version the version that the caller has read; null skips the check
   * @throws CustomerNotFound, CustomerChanged
   */
  async getCustomer(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.findById(id);
    if (!customer || customer.isDeleted) throw new CustomerNotFound();
    assertVersion(version, customer);
    return customer;
  }

  /**
   * Returns a customer who is not deleted and whom the actor may change.
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
   * Includes deleted customers.
   * @throws CustomerNotFound also for an erased customer, CustomerChanged
   */
  async getCustomerOrDeleted(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.findById(id);
    if (!customer || customer.isErased) throw new CustomerNotFound();
    assertVersion(version, customer);
    return customer;
  }

  /** @throws TransactionConflict after a concurrent write, so that the unit of work retries; IdentifierTaken, DocumentTaken */
  async saveChange(
    before: Customer,
    { after, event, action }: RecordedChange,
    { by, source }: Actor,
  ): Promise<CustomerView> {
    const assignments = assignmentsBetween(before, after);
    await this.listeners.notifyAssignments(assignments);
    const hashes = assignments.length > 0 ? identifierHashesOf(after, this.identifiers) : {};
    const changedHashes = { ...hashes, ...(await this.documentNames.resolveHashes(before, after)) };
    if (!(await this.customers.replace(before, after, changedHashes)))
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

/** Only administrators can change the record of an administrator. */
async function assertMayChange(id: string, { by, asAdministrator }: Actor, credentials: Credentials): Promise<void> {
  if (by === null || by === id || asAdministrator) return;
  if (await credentials.hasRole(id, 'admin')) throw new AdministratorsOnly();
}
