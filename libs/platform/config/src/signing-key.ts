import { generateKeyPairSync, type JsonWebKey, randomUUID } from 'node:crypto';

/** Algorithms for signing access tokens, with the key type of each. */
export const SIGNING_ALGORITHMS: Readonly<Record<string, readonly [kty: string, crv: string]>> = {
  EdDSA: ['OKP', 'Ed25519'],
  ES256: ['EC', 'P-256'],
};

/** A key of `JWT_KEYS`: a private JWK (RFC 7517). */
export interface SigningJwk extends JsonWebKey {
  readonly kid: string;
  readonly alg: string;
  /** Creation time in seconds since 1970. Determines how long clients have been able to learn the key. */
  readonly iat?: number;
  /** Set on a key that no longer signs: when its last token expires. */
  readonly exp?: number;
}

/** @param alg EdDSA or ES256 */
export function generateSigningKey(now: Date, alg = 'EdDSA'): SigningJwk {
  const { privateKey } =
    alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: randomUUID(), alg, use: 'sig', iat: Math.floor(now.getTime() / 1000) };
}

/** Serializes a JWK set as a setting or a file stores it. */
export const parseJwkSet = (set: string): readonly SigningJwk[] => (JSON.parse(set) as { keys: SigningJwk[] }).keys;
