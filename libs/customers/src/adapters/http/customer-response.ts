import type { FastifyReply } from 'fastify';
import { Cpf, isUuid } from '#kernel';
import { clientNetworkOf, InvalidCredentials, matchesIfNoneMatch } from '#platform/http';
import type { Actor } from '../../application/services/customer-updater.js';
import type { CustomerView } from '../../application/views.js';
import { CustomerNotFound } from '../../domain/errors.js';
import type { CustomerDto } from './customer.dto.js';
import { etagOf } from './etag.js';

/** A request after authentication by the guard. */
export interface AuthenticatedRequest {
  readonly user: { readonly customerId: string; readonly roles: readonly string[] };
}

/** An access token can remain valid for seconds after its customer was deleted. */
export const invalidTokenError = () => new InvalidCredentials('Bearer realm="foyer", error="invalid_token"');

export const IF_MATCH_HEADER = {
  name: 'If-Match',
  required: false,
  description: 'The ETag that was read. Returns 412 when the customer has changed since',
};

export const actorOf = ({ customerId, roles }: AuthenticatedRequest['user'], address: string): Actor => ({
  by: customerId,
  source: clientNetworkOf(address),
  asAdministrator: roles.includes('admin'),
});

/** @throws CustomerNotFound for a malformed id, so that it looks like an unknown one */
export function parseCustomerId(param: string): string {
  if (!isUuid(param)) throw new CustomerNotFound();
  return param;
}

/** Masks the document unless the caller is its owner or an administrator. */
export function maskDocumentFor<Customer extends Pick<CustomerView, 'id' | 'document'>>(
  { customerId, roles }: AuthenticatedRequest['user'],
  customer: Customer,
): Customer {
  const { id, document } = customer;
  if (document === null || customerId === id || roles.includes('admin')) return customer;
  return { ...customer, document: Cpf.parse(document).masked };
}

/** Responds with the customer, or with 304 when If-None-Match names this version. */
export function respondUnlessUnchanged(
  user: AuthenticatedRequest['user'],
  customer: CustomerView,
  ifNoneMatch: string | undefined,
  reply: FastifyReply,
): CustomerDto | undefined {
  const shown = respondWithEtag(user, customer, reply);
  if (!matchesIfNoneMatch(ifNoneMatch, etagOf(customer))) return shown;
  reply.status(304);
  return undefined;
}

export function respondWithEtag(
  user: AuthenticatedRequest['user'],
  customer: CustomerView,
  reply: FastifyReply,
): CustomerDto {
  reply.headers({ etag: etagOf(customer), 'cache-control': 'no-store' });
  return maskDocumentFor(user, customer);
}
