import { IntegrationEvent } from '#kernel';
import type { CustomerView } from './application/views.js';

/** A customer, as the business hears of it: without document and attributes. */
export type AnnouncedCustomer = Omit<CustomerView, 'document' | 'attributes'>;

/** Somebody has proven an identifier and is a customer from now on. */
export class CustomerCreatedV1 extends IntegrationEvent<AnnouncedCustomer> {
  readonly type = 'customer.created.v1';
  readonly source = '/foyer/customers';
  readonly aggregateType = 'customer';

  static of(customer: CustomerView): CustomerCreatedV1 {
    const { document: _document, attributes: _attributes, ...announced } = customer;
    return new CustomerCreatedV1(customer.id, customer.version, customer.market, announced);
  }
}
