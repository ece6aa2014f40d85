import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';

/** The algorithms access tokens are signed with, and what a key of theirs is. */
export const SIGNING_ALGORITHMS: Readonly<Record<string, readonly [kty: string, crv: string]>> = {
  EdDSA: ['OKP', 'Ed25519'],
  ES256: ['EC', 'P-256'],
};

/** A key of `JWT_KEYS`: a private JWK, RFC 7517. */
export interface SigningJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  /** When it was made, in seconds since 1970: how long others have had to learn of it. */
  readonly iat?: number;
  /** Of one that signs no more: when its last token has died. */
  readonly exp?: number;
}

/** @param alg EdDSA, or ES256 */
export function generateSigningKey(now: Date, alg = 'EdDSA'): SigningJwk {
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: randomUUID(), alg, use: 'sig', iat: Math.floor(now.getTime() / 1000) };
}

/** A JWK set, as it stands in a setting or in a file. */
export const parseJwkSet = (set: string): readonly SigningJwk[] => (JSON.parse(set) as { keys: SigningJwk[] }).keys;
