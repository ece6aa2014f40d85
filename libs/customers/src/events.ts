import { eventOf, shape, type TypeOf } from '#kernel';
import type { CustomerView } from './application/views.js';

const { id, market, orNull, oneOf, text, moment, whole } = shape;
const key = { id: id(), market: market() };
const status = oneOf(['active', 'suspended']);
const version = whole('Counts the changes of the record; the same as `sequence`.', 1);

const customerData = shape.object({
  ...key,
  email: orNull(text('Canonical.')),
  phone: orNull(text('E.164.')),
  firstName: orNull(text()),
  lastName: orNull(text()),
  locale: text('BCP 47.'),
  status,
  verifiedBy: oneOf(['code', 'event', 'staff', 'import'], 'How the identifier was proven.'),
  createdAt: moment(),
  updatedAt: moment(),
  version,
});
/** The customer data in events, without document and attributes. */
export type CustomerEventData = TypeOf<typeof customerData>;

const sparse = shape.object({ ...key, status, version, changed: shape.list(text(), 'Names of the changed fields.') });

const common = { source: '/foyer/customers', aggregateType: 'customer' } as const;

export class CustomerCreatedV1 extends eventOf({
  ...common,
  type: 'customer.created.v1',
  description: 'An identifier was proven: somebody is a customer from now on.',
  data: customerData,
  sparse,
}) {
  static of(customer: CustomerView): CustomerCreatedV1 {
    return new CustomerCreatedV1(customer.id, customer.version, customer.market, toEventData(customer));
  }

  override readonly sparse = toSparseData(this.data, namesOfPresentFields(this.data));
}

export class CustomerUpdatedV1 extends eventOf({
  ...common,
  type: 'customer.updated.v1',
  description: 'The record of a customer has changed; its version says how often.',
  data: customerData,
  sparse,
}) {
  /** @param before the previous record */
  static of(customer: CustomerView, before: CustomerView): CustomerUpdatedV1 {
    return new CustomerUpdatedV1(customer, namesOfChangedFields(before, customer));
  }

  override readonly sparse: object;

  constructor(customer: CustomerView, changed: readonly string[]) {
    const data = toEventData(customer);
    super(customer.id, customer.version, customer.market, data);
    this.sparse = toSparseData(data, changed);
  }
}

type EventSubject = Pick<CustomerView, 'id' | 'version' | 'market'>;

/** A change of status without customer data. */
const lifecycleEvent = (type: string, description: string) =>
  class extends eventOf({ ...common, type, description, data: shape.object({ id: id() }) }) {
    constructor({ id, version, market }: EventSubject) {
      super(id, version, market, { id });
    }
  };

export class CustomerSuspendedV1 extends lifecycleEvent(
  'customer.suspended.v1',
  'The customer may not sign in any more; every session ends.',
) {}

export class CustomerReactivatedV1 extends lifecycleEvent(
  'customer.reactivated.v1',
  'The customer may sign in again.',
) {}

export class CustomerDeletedV1 extends lifecycleEvent(
  'customer.deleted.v1',
  'The customer is gone, and the identifier is free; an administrator may restore both.',
) {}

export class CustomerRestoredV1 extends lifecycleEvent('customer.restored.v1', 'A deleted customer is there again.') {}

export class CustomerErasedV1 extends lifecycleEvent(
  'customer.erased.v1',
  'Nothing is known of the customer any more but the id, which nobody else ever gets: delete what you hold of them.',
) {}

export class CustomerRolesChangedV1 extends eventOf({
  ...common,
  type: 'customer.roles_changed.v1',
  description: 'The customer has these roles and no others; every session ends, because tokens carry roles.',
  data: shape.object({ id: id(), roles: shape.list(text(), '`customer`, `staff`, `admin`.') }),
}) {
  static of({ id, version, market }: EventSubject, roles: readonly string[]): CustomerRolesChangedV1 {
    return new CustomerRolesChangedV1(id, version, market, { id, roles });
  }
}

export class CustomerIdentifierChangedV1 extends eventOf({
  ...common,
  type: 'customer.identifier_changed.v1',
  description:
    'The customer has proven a new e-mail address or phone number. What it is stands in `customer.updated.v1`.',
  data: shape.object({ id: id(), identifier: oneOf(['email', 'phone'], 'Which one is new.') }),
}) {
  static of({ id, version, market }: EventSubject, identifier: 'email' | 'phone'): CustomerIdentifierChangedV1 {
    return new CustomerIdentifierChangedV1(id, version, market, { id, identifier });
  }
}

export const customersEvents = [
  CustomerCreatedV1,
  CustomerUpdatedV1,
  CustomerSuspendedV1,
  CustomerReactivatedV1,
  CustomerDeletedV1,
  CustomerRestoredV1,
  CustomerErasedV1,
  CustomerRolesChangedV1,
  CustomerIdentifierChangedV1,
];

const toEventData = (customer: CustomerView): CustomerEventData => ({
  id: customer.id,
  email: customer.email,
  phone: customer.phone,
  firstName: customer.firstName,
  lastName: customer.lastName,
  market: customer.market,
  locale: customer.locale,
  status: customer.status,
  verifiedBy: customer.verifiedBy,
  createdAt: customer.createdAt,
  updatedAt: customer.updatedAt,
  version: customer.version,
});

function toSparseData(
  { id, market, status, version }: CustomerEventData,
  changed: readonly string[],
): TypeOf<typeof sparse> {
  return { id, market, status, version, changed };
}

/** Fields that are not listed in `changed`. */
const FIELDS_NOT_REPORTED_AS_CHANGED: readonly string[] = ['id', 'version', 'createdAt', 'updatedAt'];

const namesOfPresentFields = (customer: object): string[] =>
  Object.entries(customer).flatMap(([name, value]) =>
    value === null || FIELDS_NOT_REPORTED_AS_CHANGED.includes(name) ? [] : [name],
  );

const namesOfChangedFields = (before: CustomerView, after: CustomerView): string[] =>
  (Object.keys(after) as (keyof CustomerView)[]).filter(
    (name) =>
      !FIELDS_NOT_REPORTED_AS_CHANGED.includes(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
