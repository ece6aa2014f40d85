import { Cpf } from '#kernel';
import type { Customer } from '../../domain/customer.js';
import type { CustomerView } from '../views.js';

/** Uses the field order of `CustomerViews`, so that repeated responses are byte-identical. */
export function toCustomerView(customer: Customer): CustomerView {
  const state = customer.snapshot();
  return {
    id: state.id,
    email: state.email,
    phone: state.phone,
    firstName: state.firstName,
    lastName: state.lastName,
    document: state.document && Cpf.parse(state.document.number).formatted,
    market: state.market,
    locale: state.locale,
    attributes: state.attributes,
    status: state.status,
    verifiedBy: state.verifiedBy,
    createdAt: state.createdAt.toISOString(),
    updatedAt: state.updatedAt.toISOString(),
    version: state.version,
  };
}
