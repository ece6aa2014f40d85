import { createHash } from 'node:crypto';
import { decodeJwt, jwtVerify } from 'jose';
import { Unavailable } from '#kernel';
import type { OAuthIssuer } from '#platform';
import { type ForeignClaims, ForeignTokens } from '../../application/link-ports.js';
import { Remembered } from '../../domain/remembered.js';
import { isCanonicalJws } from './compact-jws.js';
import { isAccessToken, toForeignClaims } from './foreign-claims.js';
import { fetchKeys } from './issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';

const LONGEST = 8_192;
const REMEMBERED = 10_000;
/** A key that was taken back: no token of it is believed for longer. */
const REMEMBERED_MS = 5 * 60_000;
/** How far the clock of an identity server may be ahead of ours. What has expired has expired. */
const AHEAD_SECONDS = 5;

interface Trusted {
  readonly issuer: OAuthIssuer;
  readonly keys: IssuerKeys;
}

interface Verified {
  readonly claims: ForeignClaims;
  readonly expiresAt: number;
}

/** Tokens of named issuers only; each issuer has its own algorithms, its own audience and its own keys. */
export class JoseForeignTokens extends ForeignTokens {
  readonly #trusted: ReadonlyMap<unknown, Trusted>;
  readonly #remembered = new Remembered<ForeignClaims>(REMEMBERED);

  constructor(
    issuers: readonly OAuthIssuer[],
    log: { warn(fields: object, message: string): void },
    fetch: typeof fetchKeys = fetchKeys,
  ) {
    super();
    const trusted = (issuer: OAuthIssuer): Trusted => {
      const tell = (reason: string) => log.warn({ issuer: issuer.issuer, reason }, 'no keys from the identity server');
      return { issuer, keys: new IssuerKeys(() => fetch(issuer), tell) };
    };
    this.#trusted = new Map(issuers.map((issuer) => [issuer.issuer, trusted(issuer)]));
  }

  async verify(token: string): Promise<ForeignClaims | undefined> {
    if (this.#trusted.size === 0 || token.length > LONGEST || !isCanonicalJws(token)) return undefined;
    const now = Date.now();
    // Ten thousand tokens of 8 KiB would be 80 MB, and each of them worth stealing.
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#remembered.get(key, now);
    if (known) return known;
    const trusted = this.#trusted.get(claimedIssuer(token));
    const verified = trusted && (await this.#verify(token, trusted, now));
    if (verified) this.#remembered.keep(key, verified.claims, Math.min(verified.expiresAt, now + REMEMBERED_MS));
    return verified?.claims;
  }

  async #verify(token: string, { issuer, keys }: Trusted, now: number): Promise<Verified | undefined> {
    const { audience, algorithms } = issuer;
    const options = {
      issuer: issuer.issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: AHEAD_SECONDS,
      requiredClaims: ['sub', 'exp', 'iat'],
    };
    const verified = await jwtVerify(token, keys.find, options).catch(unlessNobodyCanTell);
    if (!verified || !isAccessToken(verified.protectedHeader, verified.payload)) return undefined;
    const { exp, iat } = verified.payload;
    const [issuedAt, expiresAt] = [Number(iat) * 1000, Number(exp) * 1000];
    if (expiresAt <= now || issuedAt > now + AHEAD_SECONDS * 1000) return undefined;
    return { claims: toForeignClaims(issuer, verified.payload), expiresAt };
  }
}

/** Whose key to look for. Believed only after that key has confirmed it. */
function claimedIssuer(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function unlessNobodyCanTell(error: unknown): undefined {
  if (error instanceof Unavailable) throw error;
  return undefined;
}
