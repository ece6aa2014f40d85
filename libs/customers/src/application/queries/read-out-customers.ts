import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Page, Place } from '#kernel';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../views.js';

/** The living, some at a time, in the order of creation: what is created meanwhile comes at the end. */
export class ReadOutCustomers extends Query<Page<ListedCustomer>> {
  constructor(readonly after: Place | null) {
    super();
  }
}

const LIVING: CustomerFilter = {
  ...{ email: null, phone: null, documentHashes: null },
  ...{ status: null, createdAfter: null, beginning: null },
};

@QueryHandler(ReadOutCustomers)
export class ReadOutCustomersHandler implements IQueryHandler<ReadOutCustomers> {
  constructor(private readonly lists: CustomerLists) {}

  execute({ after }: ReadOutCustomers): Promise<Page<ListedCustomer>> {
    return this.lists.page(LIVING, { limit: 100, after });
  }
}
