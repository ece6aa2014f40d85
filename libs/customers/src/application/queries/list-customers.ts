import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Page, PageWanted } from '#kernel';
import { type CustomerFilter, CustomerLists, type ListedCustomer } from '../views.js';

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
  ) {
    super();
  }
}

@QueryHandler(ListCustomers)
export class ListCustomersHandler implements IQueryHandler<ListCustomers> {
  constructor(private readonly customers: CustomerLists) {}

  async execute({ filter, wanted, withTotal }: ListCustomers): Promise<ListOfCustomers> {
    const page = await this.customers.page(filter, wanted);
    return { page, total: withTotal ? await this.customers.count(filter) : undefined };
  }
}
