import type { Reply } from '../support/http-message.js';
import type { FuzzedRequest } from './arbitraries.js';
import { faultsOfReply } from './problems.js';
import { askAll, requestBytes } from './wire.js';

/** Nothing here has a reason to take so long, on however busy a machine. */
const HANG_MS = 10_000;
const LOGIN_ROUTES = ['GET /v1/registrations/mine', 'GET /v1/customers/me', 'POST /v1/registrations/resend-code'];

export interface Answers {
  /** How often each status came; `none` for no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** One example of everything that should not have come. */
  readonly faults: readonly string[];
}

/** Asks all of it. */
export async function ask<T>(
  base: string,
  items: readonly T[],
  bytesOf: (item: T) => Buffer,
  faultsOf: (reply: Reply) => readonly string[],
): Promise<Answers> {
  const statuses: Record<string, number> = {};
  const examples = new Map<string, string>();
  const look = (item: T, reply: Reply | Error): void => {
    const status = reply instanceof Error ? 'none' : String(reply.status);
    statuses[status] = (statuses[status] ?? 0) + 1;
    const [wrong] = reply instanceof Error ? [reply.message] : faultsOf(reply);
    if (!wrong) return;
    const bytes = bytesOf(item).toString('latin1').slice(0, 2_000);
    examples.set(wrong.slice(0, 80), `${wrong.slice(0, 400)} for ${bytes}`);
  };
  await askAll(base, items, bytesOf, look, { timeoutMs: HANG_MS });
  return { statuses, faults: [...examples.values()] };
}

/** A fault is every other status, and every answer that is not as it should be. */
export const onlyStatus =
  (...expected: readonly number[]) =>
  (reply: Reply): readonly string[] =>
    expected.includes(reply.status) ? faultsOfReply(reply) : [`${reply.status} ${reply.text}`];

export const bytesOfRequest = ({ method, target, headers, body }: FuzzedRequest): Buffer =>
  requestBytes(method, target, { headers, body, framing: body.length > 0 ? `content-length: ${body.length}` : '' });

export const bytesOfRegistration = (email: string): Buffer =>
  requestBytes('POST', '/v1/registrations', {
    headers: ['content-type: application/json'],
    body: JSON.stringify({ email, password: 'a long enough password' }),
  });

export const bytesOfLogin = (username: string): Buffer =>
  requestBytes('POST', '/v1/auth/login', {
    headers: ['content-type: application/json'],
    body: JSON.stringify({ username, password: 'a long enough password' }),
  });

/** The same value goes to the same route again, so that an example can be repeated. */
export const bytesOfAuthorization = (value: string): Buffer => {
  const [method = '', target = ''] = (LOGIN_ROUTES[value.length % LOGIN_ROUTES.length] ?? '').split(' ');
  return requestBytes(method, target, { headers: [`authorization: ${value}`] });
};
