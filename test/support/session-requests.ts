import { type Reply, type RequestOptions, send } from './http-message.js';
import type { RaceRequest } from './race.js';
import { activate, type Credentials, randomCredentials, register, waitForCode } from './registration-requests.js';
import type { TestDeployment } from './test-deployment.js';

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export interface SessionResponse {
  readonly id: string;
  readonly current: boolean;
  readonly source: string;
}

export type ActiveCustomer = Credentials & { readonly id: string };

/** Sources are told apart as behind a proxy; limits per source alone are lifted. All replicas are one issuer. */
export const SIGN_IN_SETTINGS = {
  PUBLIC_URL: 'https://foyer.example.org',
  TRUST_PROXY: '127.0.0.0/8',
  LIMIT_LOGINS_PER_SOURCE: 'off',
} as const;

/** Registers and activates. */
export async function createActiveCustomer(
  deployment: TestDeployment,
  person: Credentials = randomCredentials(),
  url = deployment.urls[0] ?? '',
): Promise<ActiveCustomer> {
  const ticket = await register(url, person);
  const { status, text, json } = await activate(url, person, await waitForCode(deployment.mails, person, ticket));
  if (status !== 200) throw new Error(`activate answered ${status} ${text}`);
  return { ...person, id: (json as { id: string }).id };
}

const postRequest = (path: string, json: unknown, o: RequestOptions = {}): RaceRequest => ({
  method: 'POST',
  path,
  timeoutMs: 20_000,
  ...(json === undefined ? {} : { json }),
  ...o,
});
export const callApi = <T = unknown>(base: string, { method, path, ...o }: RaceRequest): Promise<Reply<T>> =>
  send<T>(base + path, method, o);

/** @param from the address it is forwarded for */
export const signInRequest = (username: string, password: string, from = '192.0.2.7'): RaceRequest =>
  postRequest('/v1/auth/login', { username, password }, { headers: { 'x-forwarded-for': from } });
export const refreshRequest = (refresh_token: string): RaceRequest =>
  postRequest('/v1/auth/refresh', { refresh_token });
export const signOutRequest = (bearer: string, scope?: 'current' | 'all'): RaceRequest =>
  postRequest('/v1/auth/logout', scope && { scope }, { bearer });

export const logIn = (base: string, { email, password }: Credentials, from?: string): Promise<Reply<TokenResponse>> =>
  callApi<TokenResponse>(base, signInRequest(email, password, from));
export const refreshTokens = (base: string, token: string): Promise<Reply<TokenResponse>> =>
  callApi<TokenResponse>(base, refreshRequest(token));
export const logOut = (base: string, bearer: string, scope?: 'current' | 'all'): Promise<Reply> =>
  callApi(base, signOutRequest(bearer, scope));
export const listSessions = (
  base: string,
  bearer: string,
): Promise<Reply<{ readonly items: readonly SessionResponse[] }>> =>
  send(`${base}/v1/auth/sessions`, 'GET', { bearer });

/** Signs in, and fails loudly if that is not answered with 200. */
export async function signInForTokens(base: string, person: Credentials): Promise<TokenResponse> {
  const { status, json, text } = await logIn(base, person);
  if (status !== 200) throw new Error(`login answered ${status} ${text}`);
  return json;
}

export const decodeClaims = (jwt: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
