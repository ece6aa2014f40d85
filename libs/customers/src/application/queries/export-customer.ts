import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditLog, AuditTrail, Clock, type RecordedEntry, readPages } from '#kernel';
import { AnnouncedViews, type CustomerView, CustomerViews, SignInViews } from '../views.js';

/** Everything that is kept about one customer. What may be much of it is read while it is taken, and never held as a whole. */
export interface CustomerExport {
  /** RFC 3339, UTC. */
  readonly exportedAt: string;
  readonly customer: CustomerView;
  readonly signIn: object;
  readonly events: AsyncIterable<object>;
  readonly audit: AsyncIterable<RecordedEntry>;
}

export class ExportCustomer extends Query<CustomerExport | null> {
  constructor(
    readonly id: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

const AT_A_TIME = 500;

@QueryHandler(ExportCustomer)
export class ExportCustomerHandler implements IQueryHandler<ExportCustomer> {
  constructor(
    private readonly customers: CustomerViews,
    private readonly signIns: SignInViews,
    private readonly announced: AnnouncedViews,
    private readonly trail: AuditLog,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ id, source }: ExportCustomer): Promise<CustomerExport | null> {
    const customer = await this.customers.byId(id);
    if (!customer) return null;
    await this.audit.record({ action: 'customer.exported', actor: id, target: id, source });
    return {
      exportedAt: this.clock.now().toISOString(),
      customer,
      signIn: await this.signIns.of(id),
      events: this.announced.of(id),
      audit: this.#audit(id),
    };
  }

  async *#audit(id: string): AsyncGenerator<RecordedEntry> {
    const filter = { actor: null, target: null, concerned: id, action: null, from: null, to: null };
    const entries = readPages((wanted) => this.trail.page(filter, wanted), AT_A_TIME);
    for await (const entry of entries) yield asSeenBy(id, entry);
  }
}

/** Where somebody else was, and who they are, is their own: only that it was somebody else is told. */
const asSeenBy = (id: string, entry: RecordedEntry): RecordedEntry =>
  entry.actor === id || entry.actor === null
    ? { ...entry, target: entry.target === id || entry.target === null ? entry.target : 'another' }
    : { ...entry, actor: 'another', source: null, detail: null, correlationId: null };
