import type { Credentials } from '#auth';
import {
  type AuditTrail,
  type Clock,
  type IdentifierHasher,
  type IntegrationEvent,
  type Outbox,
  TransactionConflict,
} from '#kernel';
import type { Customer } from '../domain/customer.js';
import { AdministratorsOnly, CustomerChanged, CustomerNotFound } from '../domain/errors.js';
import { movesBetween } from '../domain/identifier-move.js';
import type { IdentifierWatchers } from '../facade.js';
import type { DocumentNames } from './document-names.js';
import { hashesOf } from './identifier-hashes.js';
import type { Customers } from './ports.js';
import { viewOf } from './view-of.js';
import type { CustomerView } from './views.js';

/** Who ordered a change, and from where. */
export interface Ordered {
  /** Customer id; null when it came from within. */
  readonly by: string | null;
  /** Source prefix. */
  readonly source: string | null;
  /** Absent: whoever ordered it is no administrator. */
  readonly asAdministrator?: boolean;
}

export interface Step {
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
export class CustomerRecord {
  constructor(
    private readonly customers: Customers,
    private readonly documents: DocumentNames,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly identifiers: IdentifierHasher,
    private readonly watchers: IdentifierWatchers,
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
    refuseOther(version, customer);
    return customer;
  }

  /**
   * Living, and this one may be changed by whoever ordered it.
   * @throws CustomerNotFound, AdministratorsOnly, CustomerChanged
   */
  async changeable(id: string, version: number | null, ordered: Ordered, credentials: Credentials): Promise<Customer> {
    const customer = await this.living(id, null);
    await refuseStaff(id, ordered, credentials);
    refuseOther(version, customer);
    return customer;
  }

  /**
   * Living or deleted.
   * @throws CustomerNotFound for who was erased, too; CustomerChanged
   */
  async known(id: string, version: number | null): Promise<Customer> {
    const customer = await this.customers.byId(id);
    if (!customer || customer.isErased) throw new CustomerNotFound();
    refuseOther(version, customer);
    return customer;
  }

  /** @throws TransactionConflict when another request was faster: the unit reads again; IdentifierTaken, DocumentTaken */
  async write(before: Customer, { after, event, action }: Step, { by, source }: Ordered): Promise<CustomerView> {
    const moves = movesBetween(before, after);
    await this.watchers.tell(moves);
    const hashes = moves.length > 0 ? hashesOf(after, this.identifiers) : {};
    const all = { ...hashes, ...(await this.documents.hashes(before, after)) };
    if (!(await this.customers.replace(before, after, all)))
      throw new TransactionConflict('The customer is being changed at this moment. Please try again.', 1);
    await this.documents.follow(before, after);
    const view = viewOf(after);
    await this.outbox.append(event(view, viewOf(before)));
    await this.audit.record({ action, actor: by, target: view.id, source });
    return view;
  }
}

function refuseOther(version: number | null, customer: Customer): void {
  if (version !== null && customer.snapshot().version !== version) throw new CustomerChanged();
}

/** Staff change everybody's record but an administrator's. */
async function refuseStaff(id: string, { by, asAdministrator }: Ordered, credentials: Credentials): Promise<void> {
  if (by === null || by === id || asAdministrator) return;
  if (await credentials.hasRole(id, 'admin')) throw new AdministratorsOnly();
}
