import type { JSONWebKeySet } from 'jose';
import { isTrustworthyUrl, type OAuthIssuer } from '#platform/config';
import { fetchJson } from './fetch-json.js';

/** For metadata and keys together. */
const FETCH_TIMEOUT_MS = 3_000;

/** The keys an identity server signs with at this moment. @throws Error that says what is wrong, without a word of the answer */
export async function fetchIssuerKeys({ issuer, jwksUri }: OAuthIssuer): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const found = await fetchJson(jwksUri ?? (await discoverJwksUri(issuer, signal)), signal);
  const { keys } = (found ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('there is no key set at jwks_uri');
  return { keys };
}

/** Where its metadata says that its keys are. OpenID Connect Discovery 4, else RFC 8414 3.1. */
async function discoverJwksUri(issuer: string, signal: AbortSignal): Promise<string> {
  const metadata =
    (await fetchJson(openIdConfigurationUrl(issuer), signal)) ?? (await fetchJson(oauthMetadataUrl(issuer), signal));
  const { issuer: statedIssuer, jwks_uri: jwksUri } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (metadata === undefined) throw new Error('there is no metadata');
  // Or else one server could speak for another (RFC 8414, 3.3).
  if (statedIssuer !== issuer) throw new Error('the metadata is that of another issuer');
  if (!isTrustworthyUrl(jwksUri) || (isRemote(issuer) && !isRemote(jwksUri)))
    throw new Error('jwks_uri of the metadata is no https URL');
  return jwksUri;
}

const isRemote = (url: string): boolean => new URL(url).protocol === 'https:';

const openIdConfigurationUrl = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

function oauthMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}
