import type { FastifyReply } from 'fastify';
import { Cpf, isUuid } from '#kernel';
import { InvalidCredentials, isNoneMatch, sourcePrefix } from '#platform';
import type { Ordered } from '../../application/customer-record.js';
import type { CustomerView } from '../../application/views.js';
import { CustomerNotFound } from '../../domain/errors.js';
import type { CustomerDto } from './customer.dto.js';
import { etagOf } from './versions.js';

/** What the guard leaves on a request. */
export interface SignedIn {
  readonly user: { readonly customerId: string; readonly roles: readonly string[] };
}

/** The token outlives its customer by seconds. */
export const gone = () => new InvalidCredentials('Bearer realm="foyer", error="invalid_token"');

export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The ETag that was read: 412 when it is another now',
};

export const orderedBy = ({ customerId, roles }: SignedIn['user'], address: string): Ordered => ({
  by: customerId,
  source: sourcePrefix(address),
  asAdministrator: roles.includes('admin'),
});

/** @throws CustomerNotFound for what cannot be an id: nobody learns which it was */
export function idOf(param: string): string {
  if (!isUuid(param)) throw new CustomerNotFound();
  return param;
}

/** As this caller may see it: the document in full is for its owner and administrators. */
export function shownTo<Customer extends Pick<CustomerView, 'id' | 'document'>>(
  { customerId, roles }: SignedIn['user'],
  customer: Customer,
): Customer {
  const { id, document } = customer;
  if (document === null || customerId === id || roles.includes('admin')) return customer;
  return { ...customer, document: Cpf.parse(document).masked };
}

/** The customer, or 304 to somebody who knows this version already. */
export function answer(
  user: SignedIn['user'],
  customer: CustomerView,
  known: string | undefined,
  reply: FastifyReply,
): CustomerDto | undefined {
  const shown = tagged(user, customer, reply);
  if (!isNoneMatch(known, etagOf(customer))) return shown;
  reply.status(304);
  return undefined;
}

export function tagged(user: SignedIn['user'], customer: CustomerView, reply: FastifyReply): CustomerDto {
  reply.headers({ etag: etagOf(customer), 'cache-control': 'no-store' });
  return shownTo(user, customer);
}
