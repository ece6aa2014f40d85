import type { House } from '../replicas/house.js';
import { activate, codeOf, type Person, register, stranger } from '../replicas/people.js';
import { type Reply, type RequestOptions, send } from '../support/http-message.js';
import type { RaceRequest } from '../support/race.js';

export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

export interface SessionItem {
  readonly id: string;
  readonly current: boolean;
  readonly source: string;
}

export type Customer = Person & { readonly id: string };

/** Sources are told apart as behind a proxy; limits per source alone are lifted. All replicas are one issuer. */
export const SIGN_IN_RULES = {
  PUBLIC_URL: 'https://foyer.example.org',
  TRUST_PROXY: '127.0.0.0/8',
  LIMIT_LOGINS_PER_SOURCE: 'off',
} as const;

/** Registers and activates. */
export async function customerOf(
  house: House,
  person: Person = stranger(),
  url = house.urls[0] ?? '',
): Promise<Customer> {
  const ticket = await register(url, person);
  const { status, text, json } = await activate(url, person, await codeOf(house.mails, person, ticket));
  if (status !== 200) throw new Error(`activate answered ${status} ${text}`);
  return { ...person, id: (json as { id: string }).id };
}

const post = (path: string, json: unknown, o: RequestOptions = {}): RaceRequest => ({
  method: 'POST',
  path,
  timeoutMs: 20_000,
  ...(json === undefined ? {} : { json }),
  ...o,
});
export const call = <T = unknown>(base: string, { method, path, ...o }: RaceRequest): Promise<Reply<T>> =>
  send<T>(base + path, method, o);

/** @param from the address it is forwarded for */
export const signIn = (username: string, password: string, from = '192.0.2.7'): RaceRequest =>
  post('/v1/auth/login', { username, password }, { headers: { 'x-forwarded-for': from } });
export const exchange = (refresh_token: string): RaceRequest => post('/v1/auth/refresh', { refresh_token });
export const signOut = (bearer: string, scope?: 'current' | 'all'): RaceRequest =>
  post('/v1/auth/logout', scope && { scope }, { bearer });

export const logIn = (base: string, { email, password }: Person, from?: string): Promise<Reply<Tokens>> =>
  call<Tokens>(base, signIn(email, password, from));
export const refresh = (base: string, token: string): Promise<Reply<Tokens>> => call<Tokens>(base, exchange(token));
export const logOut = (base: string, bearer: string, scope?: 'current' | 'all'): Promise<Reply> =>
  call(base, signOut(bearer, scope));
export const sessions = (base: string, bearer: string): Promise<Reply<{ readonly items: readonly SessionItem[] }>> =>
  send(`${base}/v1/auth/sessions`, 'GET', { bearer });

/** Signs in, and fails loudly if that is not answered with 200. */
export async function tokensOf(base: string, person: Person): Promise<Tokens> {
  const { status, json, text } = await logIn(base, person);
  if (status !== 200) throw new Error(`login answered ${status} ${text}`);
  return json;
}

export const claimsOf = (jwt: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
