import { createHash } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { Unavailable } from '#kernel';
import type { OAuthIssuer } from '#platform/config';
import { type ExternalTokenClaims, ExternalTokens } from '../../application/linked-identity-ports.js';
import { BoundedTtlCache } from '../../domain/bounded-ttl-cache.js';
import { isCanonicalJws } from './compact-jws.js';
import { isAccessToken, toExternalTokenClaims } from './external-token-claims.js';
import { fetchIssuerKeys } from './fetch-issuer-keys.js';
import { IssuerKeyCache } from './issuer-key-cache.js';

const MAX_TOKEN_LENGTH = 8_192;
const MAX_CACHED_TOKENS = 10_000;
/** Limits how long tokens of a withdrawn key are accepted. */
const MAX_CACHE_TTL_MS = 5 * 60_000;
/** How far the clock of an identity server may be ahead. The tolerance does not apply to `exp`. */
const CLOCK_TOLERANCE_SECONDS = 5;

interface TrustedIssuer {
  readonly issuer: OAuthIssuer;
  readonly keys: IssuerKeyCache;
}

interface VerifiedToken {
  readonly claims: ExternalTokenClaims;
  readonly expiresAt: number;
}

/** Verifies tokens of configured issuers only. Each issuer has its own algorithms, audience and keys. */
export class JoseExternalTokens extends ExternalTokens {
  readonly #trustedIssuers: ReadonlyMap<unknown, TrustedIssuer>;
  readonly #verifiedTokens = new BoundedTtlCache<ExternalTokenClaims>(MAX_CACHED_TOKENS);

  constructor(
    issuers: readonly OAuthIssuer[],
    log: { warn(fields: object, message: string): void },
    fetch: typeof fetchIssuerKeys = fetchIssuerKeys,
  ) {
    super();
    const trusted = (issuer: OAuthIssuer): TrustedIssuer => {
      const logFailure = (reason: string) =>
        log.warn({ issuer: issuer.issuer, reason }, 'Cannot fetch the signing keys of the identity server');
      return { issuer, keys: new IssuerKeyCache(() => fetch(issuer), logFailure) };
    };
    this.#trustedIssuers = new Map(issuers.map((issuer) => [issuer.issuer, trusted(issuer)]));
  }

  async verify(token: string): Promise<ExternalTokenClaims | undefined> {
    if (this.#trustedIssuers.size === 0 || token.length > MAX_TOKEN_LENGTH || !isCanonicalJws(token)) return undefined;
    const now = Date.now();
    // The cache stores hashes: ten thousand tokens of 8 KiB would take 80 MB, and each is a credential.
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#verifiedTokens.get(key, now);
    if (known) return known;
    const trusted = this.#trustedIssuers.get(claimedIssuer(token));
    const verified = trusted && (await this.#verify(token, trusted, now));
    if (verified) this.#verifiedTokens.set(key, verified.claims, Math.min(verified.expiresAt, now + MAX_CACHE_TTL_MS));
    return verified?.claims;
  }

  async #verify(token: string, { issuer, keys }: TrustedIssuer, now: number): Promise<VerifiedToken | undefined> {
    const { audience, algorithms } = issuer;
    const options = {
      issuer: issuer.issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    };
    const verified = await jwtVerify(token, keys.findKey, options).catch(rethrowUnavailable);
    if (!verified || !isAccessToken(verified.protectedHeader, verified.payload)) return undefined;
    const { exp, iat } = verified.payload;
    const [issuedAt, expiresAt] = [Number(iat) * 1000, Number(exp) * 1000];
    if (expiresAt <= now || issuedAt > now + CLOCK_TOLERANCE_SECONDS * 1000) return undefined;
    return { claims: toExternalTokenClaims(issuer, verified.payload), expiresAt };
  }
}

/** The unverified issuer, to select the keys. Trusted only after one of those keys verifies the signature. */
function claimedIssuer(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function rethrowUnavailable(error: unknown): undefined {
  if (error instanceof Unavailable) throw error;
  return undefined;
}
