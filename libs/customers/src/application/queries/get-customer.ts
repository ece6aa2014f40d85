import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditTrail } from '#kernel';
import { type CustomerView, CustomerViews, type Reader } from '../views.js';

/** Reads one customer. Reading another customer's record is audited before it is returned. */
export class GetCustomer extends Query<CustomerView | null> {
  constructor(
    readonly id: string,
    readonly reader: Reader,
  ) {
    super();
  }
}

@QueryHandler(GetCustomer)
export class GetCustomerHandler implements IQueryHandler<GetCustomer> {
  constructor(
    private readonly customers: CustomerViews,
    private readonly audit: AuditTrail,
  ) {}

  async execute({ id, reader: { by, source } }: GetCustomer): Promise<CustomerView | null> {
    const customer = await this.customers.findById(id);
    if (customer && by !== id) await this.audit.record({ action: 'customer.read', actor: by, target: id, source });
    return customer;
  }
}
