import { expect } from 'vitest';
import type { Reply, RequestOptions } from './http-message.js';
import { identifierOf, type RegistrationInput } from './registration-fixtures.js';
import type { TestApp } from './test-app.js';

/** Whatever can be asked: a app, or one program of it. */
export interface HttpClient {
  request<T>(method: string, path: string, o?: RequestOptions): Promise<Reply<T>>;
}

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export const tryLogIn = (client: HttpClient, username: string, password: string): Promise<Reply<TokenResponse>> =>
  client.request('POST', '/v1/auth/login', { json: { username, password } });

/** Signs in, and fails loudly if that is not answered with 200. */
export async function logIn(
  client: HttpClient,
  person: RegistrationInput,
  password = person.password,
): Promise<TokenResponse> {
  const { status, json, text } = await tryLogIn(client, identifierOf(person), password);
  expect(status, text).toBe(200);
  return json;
}

export const refreshTokens = (client: HttpClient, { refresh_token }: TokenResponse): Promise<Reply<TokenResponse>> =>
  client.request('POST', '/v1/auth/refresh', { json: { refresh_token } });

/** Whether the access token is taken: 200 or 401. */
export const fetchMeStatus = async (client: HttpClient, { access_token }: TokenResponse): Promise<number> =>
  (await client.request('GET', '/v1/customers/me', { bearer: access_token })).status;

export const requestPasswordReset = (client: HttpClient, username: string): Promise<Reply<unknown>> =>
  client.request('POST', '/v1/auth/password/forgot', { json: { username } });

export const resetPassword = (client: HttpClient, username: string, code: unknown, newPassword: unknown) =>
  client.request<{ readonly attemptsRemaining?: number }>('POST', '/v1/auth/password/reset', {
    json: { username, code, newPassword },
  });

export const changePassword = (
  client: HttpClient,
  { access_token }: TokenResponse,
  currentPassword: unknown,
  newPassword: unknown,
) =>
  client.request<{ readonly code?: string }>('PUT', '/v1/auth/password', {
    bearer: access_token,
    json: { currentPassword, newPassword },
  });

/** Asks for a reset code and reads it. @param recipient canonical, where that is not the username */
export async function requestResetCode(app: TestApp, username: string, recipient = username): Promise<string> {
  const { reply, code } = await app.captureMessage(recipient, () => requestPasswordReset(app, username));
  expect([reply.status, reply.text, code.length]).toEqual([202, '', 8]);
  return code;
}

/** What everybody gets who asks the same, whoever he is: all but what names the request. */
export const toComparableReply = ({ status, headers, text }: Reply): unknown => [
  status,
  [...headers].filter(([name]) => name !== 'date' && name !== 'x-correlation-id'),
  text,
];
