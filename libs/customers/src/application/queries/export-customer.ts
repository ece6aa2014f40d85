import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditLog, Clock, type Place, type RecordedEntry } from '#kernel';
import { AnnouncedViews, type CustomerView, CustomerViews, SignInViews } from '../views.js';

/** Everything that is kept about one customer. */
export interface CustomerExport {
  /** RFC 3339, UTC. */
  readonly exportedAt: string;
  readonly customer: CustomerView;
  readonly signIn: object;
  readonly events: readonly object[];
  readonly audit: readonly RecordedEntry[];
}

export class ExportCustomer extends Query<CustomerExport | null> {
  constructor(readonly id: string) {
    super();
  }
}

const AT_A_TIME = 1_000;

@QueryHandler(ExportCustomer)
export class ExportCustomerHandler implements IQueryHandler<ExportCustomer> {
  constructor(
    private readonly customers: CustomerViews,
    private readonly signIns: SignInViews,
    private readonly announced: AnnouncedViews,
    private readonly trail: AuditLog,
    private readonly clock: Clock,
  ) {}

  async execute({ id }: ExportCustomer): Promise<CustomerExport | null> {
    const customer = await this.customers.byId(id);
    if (!customer) return null;
    return {
      exportedAt: this.clock.now().toISOString(),
      customer,
      signIn: await this.signIns.of(id),
      events: await this.announced.of(id),
      audit: await this.#audit(id),
    };
  }

  async #audit(id: string): Promise<readonly RecordedEntry[]> {
    const filter = { actor: null, target: null, concerned: id, action: null, from: null, to: null };
    const entries: RecordedEntry[] = [];
    for (let after: Place | null | undefined; after !== null; ) {
      const page: Awaited<ReturnType<AuditLog['page']>> = await this.trail.page(filter, {
        limit: AT_A_TIME,
        after: after ?? null,
      });
      entries.push(...page.items.map((entry) => asSeenBy(id, entry)));
      after = page.next;
    }
    return entries;
  }
}

/** Where somebody else was, and who he is, is his own: only that it was somebody else is told. */
const asSeenBy = (id: string, entry: RecordedEntry): RecordedEntry =>
  entry.actor === id || entry.actor === null
    ? { ...entry, target: entry.target === id || entry.target === null ? entry.target : 'another' }
    : { ...entry, actor: 'another', source: null, correlationId: null };
