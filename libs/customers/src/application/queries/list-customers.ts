import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditTrail, type Page, type PageRequest } from '#kernel';
import { type CustomerFilter, CustomerLists, type ListedCustomer, type Reader } from '../views.js';

export interface CustomerListPage {
  readonly page: Page<ListedCustomer>;
  /** Undefined unless requested, because counting costs more than reading a page. */
  readonly total: number | undefined;
}

export class ListCustomers extends Query<CustomerListPage> {
  constructor(
    readonly filter: CustomerFilter,
    readonly wanted: PageRequest,
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

  async execute({ filter, wanted, withTotal, reader }: ListCustomers): Promise<CustomerListPage> {
    const page = await this.customers.page(filter, wanted);
    const total = withTotal ? await this.customers.count(filter) : undefined;
    const { by: actor, source } = reader;
    await this.audit.record({ action: 'customer.listed', actor, target: null, source, detail: filterNamesOf(filter) });
    return { page, total };
  }
}

/** Returns the public names of the filters in use, never their values. Null when there are none. */
function filterNamesOf({ email, phone, documentHashes, status, createdAfter, prefix }: CustomerFilter): string | null {
  const filters = { createdAfter, document: documentHashes, email, phone, q: prefix, status };
  const names = Object.entries(filters).flatMap(([name, value]) => (value === null ? [] : [name]));
  return names.join(' ') || null;
}
