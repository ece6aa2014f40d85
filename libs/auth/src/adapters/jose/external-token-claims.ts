import type { JWTPayload } from 'jose';
import type { OAuthIssuer } from '#platform/config';
import type { ExternalTokenClaims } from '../../application/linked-identity-ports.js';
import type { Role } from '../../domain/subject.js';

/** OpenID Connect Core, 2: at most 255 ASCII characters, compared exactly. */
const SUBJECT_PATTERN = /^[\x20-\x7e]{1,255}$/;
/** Claims of ID tokens and logout tokens only. */
const NEVER_IN_ACCESS_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
/** Claims that ID tokens do not have. A token without any of them has no known type. */
const ONLY_IN_ACCESS_TOKENS = ['client_id', 'scope', 'scp'];

/**
 * A signature proves the signer, not the purpose: a server signs ID, refresh and logout tokens with the same key
 * (RFC 8725, 3.11 and 3.12).
 */
export function isAccessToken({ typ }: { readonly typ?: unknown }, payload: JWTPayload): boolean {
  const has = (claim: string): boolean => payload[claim] !== undefined;
  if (NEVER_IN_ACCESS_TOKENS.some(has) || !isSubject(payload.sub)) return false;
  // Bound to a key of the client (RFC 7800): presented as a plain bearer token, it is stolen (RFC 9449, 7.1).
  if (has('cnf')) return false;
  // Keycloak and Cognito put the token type into the payload.
  if (!isOneOf(payload['typ'], [undefined, 'bearer']) || !isOneOf(payload['token_use'], [undefined, 'access']))
    return false;
  if (isOneOf(typ, ['at+jwt', 'application/at+jwt'])) return true;
  return isOneOf(typ, [undefined, 'jwt', 'application/jwt']) && ONLY_IN_ACCESS_TOKENS.some(has);
}

const isSubject = (value: unknown): boolean => typeof value === 'string' && SUBJECT_PATTERN.test(value);

const isOneOf = (value: unknown, allowed: readonly unknown[]): boolean =>
  allowed.includes(typeof value === 'string' ? value.toLowerCase() : value);

export const toExternalTokenClaims = (issuer: OAuthIssuer, payload: JWTPayload): ExternalTokenClaims => ({
  issuer: issuer.issuer,
  subject: String(payload.sub),
  roles: [...new Set(rolesIn(payload, issuer.rolesClaim).flatMap((role) => (issuer.roles.get(role) as Role) ?? []))],
  authTime: authTimeIn(payload),
});

/** OpenID Connect Core, 2. Null when `auth_time` is later than `iat`, which is impossible. */
function authTimeIn({ auth_time: authTime, iat = 0 }: JWTPayload): number | null {
  return typeof authTime === 'number' && authTime <= iat ? authTime : null;
}

/** An array, or a space-separated string as in `scope`. */
function rolesIn(payload: JWTPayload, claim: string): readonly string[] {
  const found = claim.startsWith('/') ? valueAtPointer(payload, claim) : ownProperty(payload, claim);
  if (typeof found === 'string') return found.split(' ');
  return Array.isArray(found) ? found.filter((role): role is string => typeof role === 'string') : [];
}

/** RFC 6901 */
const valueAtPointer = (payload: JWTPayload, pointer: string): unknown =>
  pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(ownProperty, payload);

const ownProperty = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
