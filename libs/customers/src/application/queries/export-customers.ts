import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Page, PagePosition } from '#kernel';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../views.js';

/** Returns a page of customers that are not deleted, in the order of creation. New customers appear on the last page. */
export class ExportCustomers extends Query<Page<ListedCustomer>> {
  constructor(readonly after: PagePosition | null) {
    super();
  }
}

const NOT_DELETED: CustomerFilter = {
  ...{ email: null, phone: null, documentHashes: null },
  ...{ status: null, createdAfter: null, prefix: null },
};

@QueryHandler(ExportCustomers)
export class ExportCustomersHandler implements IQueryHandler<ExportCustomers> {
  constructor(private readonly lists: CustomerLists) {}

  execute({ after }: ExportCustomers): Promise<Page<ListedCustomer>> {
    return this.lists.page(NOT_DELETED, { limit: 100, after });
  }
}
