import { createPublicKey } from 'node:crypto';
import { parseJwkSet, type SigningJwk } from '#platform/config';

/** The public half of a key, as others need it to verify a token (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  /** Only for elliptic curves other than Ed25519. */
  readonly y?: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
}

/** Current, next and previous signing keys. Copies members by name, so that no private part is published. */
export const toPublicJwks = (jwtKeys: string): readonly PublicJwk[] => parseJwkSet(jwtKeys).map(toPublishedKey);

function toPublishedKey(key: SigningJwk): PublicJwk {
  const { kty = '', crv = '', x = '', y } = createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' });
  return { kty, crv, x, ...(y === undefined ? {} : { y }), kid: key.kid, alg: key.alg, use: 'sig' };
}
