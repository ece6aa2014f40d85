import type { JSONWebKeySet } from 'jose';
import { isTrustworthyUrl, type OAuthIssuer } from '#platform/config';
import { fetchJson } from './fetch-json.js';

/** For the metadata and key requests together. */
const FETCH_TIMEOUT_MS = 3_000;

/** The current signing keys of an identity server. @throws Error with the reason, without content of the response */
export async function fetchIssuerKeys({ issuer, jwksUri }: OAuthIssuer): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const found = await fetchJson(jwksUri ?? (await discoverJwksUri(issuer, signal)), signal);
  const { keys } = (found ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('jwks_uri did not return a JWK set');
  return { keys };
}

/** `jwks_uri` of the metadata of the issuer. OpenID Connect Discovery 4, else RFC 8414 3.1. */
async function discoverJwksUri(issuer: string, signal: AbortSignal): Promise<string> {
  const metadata =
    (await fetchJson(openIdConfigurationUrl(issuer), signal)) ?? (await fetchJson(oauthMetadataUrl(issuer), signal));
  const { issuer: statedIssuer, jwks_uri: jwksUri } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
  if (metadata === undefined) throw new Error('the issuer did not return metadata');
  // Prevents one server from impersonating another (RFC 8414, 3.3).
  if (statedIssuer !== issuer) throw new Error('the metadata names another issuer');
  if (!isTrustworthyUrl(jwksUri) || (isRemote(issuer) && !isRemote(jwksUri)))
    throw new Error('jwks_uri of the metadata is not an https URL');
  return jwksUri;
}

const isRemote = (url: string): boolean => new URL(url).protocol === 'https:';

const openIdConfigurationUrl = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

function oauthMetadataUrl(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}
