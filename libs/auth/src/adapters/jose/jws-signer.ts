import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { JWK } from 'jose';

const encodeJson = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs compact JWS (RFC 7515) with one key. Runs in this thread: a transfer to another one takes longer than a signature. */
export class JwsSigner {
  readonly #header: string;
  readonly #key: KeyObject;

  /** @param key private, with kid and alg (EdDSA or ES256) */
  constructor(
    private readonly key: JWK,
    typ: string,
  ) {
    const { alg, kid } = key;
    this.#header = encodeJson({ alg, kid, typ });
    this.#key = createPrivateKey({ key: { ...key }, format: 'jwk' });
  }

  sign(claims: object): string {
    const signed = `${this.#header}.${encodeJson(claims)}`;
    return `${signed}.${this.#computeSignature(Buffer.from(signed)).toString('base64url')}`;
  }

  #computeSignature(bytes: Buffer): Buffer {
    if (this.key.alg === 'EdDSA') return sign(null, bytes, this.#key);
    return sign('sha256', bytes, { key: this.#key, dsaEncoding: 'ieee-p1363' });
  }
}
