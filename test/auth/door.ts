import { expect } from 'vitest';
import type { Hall } from '../registration/hall.js';
import { identifierOf, type Person } from '../registration/people.js';
import type { Reply, RequestOptions } from '../support/http-message.js';

/** Whatever can be asked: a hall, or one program of it. */
export interface Door {
  request<T>(method: string, path: string, o?: RequestOptions): Promise<Reply<T>>;
}

export interface TokenSet {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export const tryLogIn = (door: Door, username: string, password: string): Promise<Reply<TokenSet>> =>
  door.request('POST', '/v1/auth/login', { json: { username, password } });

/** Signs in, and fails loudly if that is not answered with 200. */
export async function logIn(door: Door, person: Person, password = person.password): Promise<TokenSet> {
  const { status, json, text } = await tryLogIn(door, identifierOf(person), password);
  expect(status, text).toBe(200);
  return json;
}

export const refresh = (door: Door, { refresh_token }: TokenSet): Promise<Reply<TokenSet>> =>
  door.request('POST', '/v1/auth/refresh', { json: { refresh_token } });

/** Whether the access token is taken: 200 or 401. */
export const me = async (door: Door, { access_token }: TokenSet): Promise<number> =>
  (await door.request('GET', '/v1/customers/me', { bearer: access_token })).status;

export const forgot = (door: Door, username: string): Promise<Reply<unknown>> =>
  door.request('POST', '/v1/auth/password/forgot', { json: { username } });

export const reset = (door: Door, username: string, code: unknown, newPassword: unknown) =>
  door.request<{ readonly attemptsRemaining?: number }>('POST', '/v1/auth/password/reset', {
    json: { username, code, newPassword },
  });

export const change = (door: Door, { access_token }: TokenSet, currentPassword: unknown, newPassword: unknown) =>
  door.request<{ readonly code?: string }>('PUT', '/v1/auth/password', {
    bearer: access_token,
    json: { currentPassword, newPassword },
  });

/** Asks for a reset code and reads it. @param to canonical, where that is not the username */
export async function codeFor(hall: Hall, username: string, to = username): Promise<string> {
  const { reply, code } = await hall.receive(to, () => forgot(hall, username));
  expect([reply.status, reply.text, code.length]).toEqual([202, '', 8]);
  return code;
}

/** What everybody gets who asks the same, whoever he is: all but what names the request. */
export const answerOf = ({ status, headers, text }: Reply): unknown => [
  status,
  [...headers].filter(([name]) => name !== 'date' && name !== 'x-correlation-id'),
  text,
];
