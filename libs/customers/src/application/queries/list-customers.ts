import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditTrail, type Page, type PageWanted } from '#kernel';
import { type CustomerFilter, CustomerLists, type ListedCustomer, type Reader } from '../views.js';

export interface ListOfCustomers {
  readonly page: Page<ListedCustomer>;
  /** Undefined unless it was asked for: counting costs more than a page. */
  readonly total: number | undefined;
}

export class ListCustomers extends Query<ListOfCustomers> {
  constructor(
    readonly filter: CustomerFilter,
    readonly wanted: PageWanted,
    readonly withTotal: boolean,
    readonly reader: Reader,
  ) {
    super();
  }
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(
    private readonly customers: CustomerLists,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ filter, wanted, withTotal, reader }: ListCustomers): Promise<ListOfCustomers> {
    const page = await this.customers.page(filter, wanted);
    const total = withTotal ? await this.customers.count(filter) : undefined;
    const { by: actor, source } = reader;
    await this.audit.record({ action: 'customer.listed', actor, target: null, source, detail: namesIn(filter) });
    return { page, total };
  }
}

/** Which filters there were, as callers know them; never what they were set to. Null: none. */
function namesIn({ email, phone, documentHashes, status, createdAfter, beginning }: CustomerFilter): string | null {
  const filters = { createdAfter, document: documentHashes, email, phone, q: beginning, status };
  const names = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [name]));
  return names.join(' ') || null;
}
