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

/** The record has changed; its version says how often. */
export class CustomerUpdatedV1 extends IntegrationEvent<AnnouncedCustomer> {
  readonly type = 'customer.updated.v1';
  readonly source = '/foyer/customers';
  readonly aggregateType = 'customer';

  static of(customer: CustomerView): CustomerUpdatedV1 {
    const { document: _document, attributes: _attributes, ...announced } = customer;
    return new CustomerUpdatedV1(customer.id, customer.version, customer.market, announced);
  }
}

/** What has become of a customer, without his data. */
export abstract class CustomerLifeEvent extends IntegrationEvent<{ readonly id: string }> {
  readonly source = '/foyer/customers';
  readonly aggregateType = 'customer';

  constructor({ id, version, market }: { readonly id: string; readonly version: number; readonly market: string }) {
    super(id, version, market, { id });
  }
}

export class CustomerSuspendedV1 extends CustomerLifeEvent {
  readonly type = 'customer.suspended.v1';
}

export class CustomerReactivatedV1 extends CustomerLifeEvent {
  readonly type = 'customer.reactivated.v1';
}

export class CustomerDeletedV1 extends CustomerLifeEvent {
  readonly type = 'customer.deleted.v1';
}

export class CustomerRestoredV1 extends CustomerLifeEvent {
  readonly type = 'customer.restored.v1';
}

export class CustomerRolesChangedV1 extends IntegrationEvent<{
  readonly id: string;
  readonly roles: readonly string[];
}> {
  readonly type = 'customer.roles_changed.v1';
  readonly source = '/foyer/customers';
  readonly aggregateType = 'customer';

  static of({ id, version, market }: CustomerView, roles: readonly string[]): CustomerRolesChangedV1 {
    return new CustomerRolesChangedV1(id, version, market, { id, roles });
  }
}
