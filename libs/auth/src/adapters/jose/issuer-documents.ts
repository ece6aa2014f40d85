import type { JSONWebKeySet } from 'jose';
import { isTrustworthyUrl, type OAuthIssuer } from '#platform';
import { fetchJson } from './fetch-json.js';

/** For metadata and keys together. */
const TIMEOUT_MS = 3_000;

/** The keys an identity server signs with at this moment. @throws Error that says what is wrong, without a word of the answer */
export async function fetchKeys({ issuer, jwksUri }: OAuthIssuer): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const found = await fetchJson(jwksUri ?? (await discover(issuer, signal)), signal);
  const { keys } = (found ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('there is no key set at jwks_uri');
  return { keys };
}

/** Where its metadata says that its keys are. OpenID Connect Discovery 4, else RFC 8414 3.1. */
async function discover(issuer: string, signal: AbortSignal): Promise<string> {
  const metadata = (await fetchJson(openIdConfiguration(issuer), signal)) ?? (await fetchJson(rfc8414(issuer), signal));
  const { issuer: itself, jwks_uri: jwksUri } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (metadata === undefined) throw new Error('there is no metadata');
  // Or else one server could speak for another (RFC 8414, 3.3).
  if (itself !== issuer) throw new Error('the metadata is that of another issuer');
  if (!isTrustworthyUrl(jwksUri) || (isRemote(issuer) && !isRemote(jwksUri)))
    throw new Error('jwks_uri of the metadata is no https URL');
  return jwksUri;
}

const isRemote = (url: string): boolean => new URL(url).protocol === 'https:';

const openIdConfiguration = (issuer: string): string => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

function rfc8414(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}
