import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type CustomerView, CustomerViews } from '../views.js';

export class GetCustomer extends Query<CustomerView | null> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(private readonly customers: CustomerViews) {}

  execute({ id }: GetCustomer): Promise<CustomerView | null> {
    return this.customers.byId(id);
  }
}
