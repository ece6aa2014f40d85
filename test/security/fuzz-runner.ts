import type { Reply } from '../support/http-message.js';
import { encodeRawRequest, sendAll } from '../support/keep-alive-connection.js';
import { findReplyFaults } from '../support/problem-checks.js';
import type { FuzzedRequest } from './fuzz-arbitraries.js';

/** Nothing here has a reason to take so long, on however busy a machine. */
const HANG_TIMEOUT_MS = 10_000;
const AUTHENTICATED_ROUTES = [
  'GET /v1/registrations/mine',
  'GET /v1/customers/me',
  'POST /v1/registrations/resend-code',
];

export interface FuzzResult {
  /** How often each status came; `none` for no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** One example of everything that should not have come. */
  readonly faults: readonly string[];
}

/** Asks all of it. */
export async function sendFuzzedRequests<T>(
  base: string,
  items: readonly T[],
  bytesOf: (item: T) => Buffer,
  faultsOf: (reply: Reply) => readonly string[],
): Promise<FuzzResult> {
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
  await sendAll(base, items, bytesOf, look, { timeoutMs: HANG_TIMEOUT_MS });
  return { statuses, faults: [...examples.values()] };
}

/** A fault is every other status, and every answer that is not as it should be. */
export const expectStatus =
  (...expected: readonly number[]) =>
  (reply: Reply): readonly string[] =>
    expected.includes(reply.status) ? findReplyFaults(reply) : [`${reply.status} ${reply.text}`];

export const encodeFuzzedRequest = ({ method, target, headers, body }: FuzzedRequest): Buffer =>
  encodeRawRequest(method, target, { headers, body, framing: body.length > 0 ? `content-length: ${body.length}` : '' });

export const encodeRegistration = (email: string): Buffer =>
  encodeRawRequest('POST', '/v1/registrations', {
    headers: ['content-type: application/json'],
    body: JSON.stringify({ email, password: 'a long enough password' }),
  });

export const encodeLogin = (username: string): Buffer =>
  encodeRawRequest('POST', '/v1/auth/login', {
    headers: ['content-type: application/json'],
    body: JSON.stringify({ username, password: 'a long enough password' }),
  });

/** The same value goes to the same route again, so that an example can be repeated. */
export const encodeAuthorization = (value: string): Buffer => {
  const [method = '', target = ''] = (AUTHENTICATED_ROUTES[value.length % AUTHENTICATED_ROUTES.length] ?? '').split(
    ' ',
  );
  return encodeRawRequest(method, target, { headers: [`authorization: ${value}`] });
};
