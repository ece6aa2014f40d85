import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditLog, AuditTrail, Clock, type RecordedEntry, readPages } from '#kernel';
import { type CustomerView, CustomerViews, PublishedEventViews, SignInViews } from '../views.js';

/** All data stored about one customer. Events and audit entries are streamed, never loaded as a whole. */
export interface PersonalDataExport {
  /** RFC 3339, UTC. */
  readonly exportedAt: string;
  readonly customer: CustomerView;
  readonly signIn: object;
  readonly events: AsyncIterable<object>;
  readonly audit: AsyncIterable<RecordedEntry>;
}

export class ExportPersonalData extends Query<PersonalDataExport | null> {
  constructor(
    readonly id: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

const AUDIT_PAGE_SIZE = 500;

@QueryHandler(ExportPersonalData)
export class ExportPersonalDataHandler implements IQueryHandler<ExportPersonalData> {
  constructor(
    private readonly customers: CustomerViews,
    private readonly signIns: SignInViews,
    private readonly publishedEvents: PublishedEventViews,
    private readonly trail: AuditLog,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ id, source }: ExportPersonalData): Promise<PersonalDataExport | null> {
    const customer = await this.customers.findById(id);
    if (!customer) return null;
    await this.audit.record({ action: 'customer.exported', actor: id, target: id, source });
    return {
      exportedAt: this.clock.now().toISOString(),
      customer,
      signIn: await this.signIns.of(id),
      events: this.publishedEvents.of(id),
      audit: this.#readAuditEntries(id),
    };
  }

  async *#readAuditEntries(id: string): AsyncGenerator<RecordedEntry> {
    const filter = { actor: null, target: null, concerned: id, action: null, from: null, to: null };
    const entries = readPages((wanted) => this.trail.page(filter, wanted), AUDIT_PAGE_SIZE);
    for await (const entry of entries) yield redactOthers(id, entry);
  }
}

/** Replaces the identity and network of other people by `another`, because these are their personal data. */
const redactOthers = (id: string, entry: RecordedEntry): RecordedEntry =>
  entry.actor === id || entry.actor === null
    ? { ...entry, target: entry.target === id || entry.target === null ? entry.target : 'another' }
    : { ...entry, actor: 'another', source: null, detail: null, correlationId: null };
