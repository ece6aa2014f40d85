import { Cpf } from '#kernel';
import type { Customer } from '../domain/customer.js';
import type { CustomerView } from './views.js';

/** In the order in which views are read, so that a repeated answer is the same to the byte. */
export function viewOf(customer: Customer): CustomerView {
  const { id, email, phone, firstName, lastName, market, locale, ...state } = customer.snapshot();
  const { document, attributes, status, verifiedBy, createdAt, updatedAt, version } = state;
  const shown = document && Cpf.parse(document.number).formatted;
  const person = { id, email, phone, firstName, lastName, document: shown, market, locale, attributes };
  return {
    ...person,
    status,
    verifiedBy,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    version,
  };
}
