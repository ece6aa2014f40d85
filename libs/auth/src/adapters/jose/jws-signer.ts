import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { JWK } from 'jose';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Makes compact JWS (RFC 7515) with one key. In this thread: the way to another one costs more than a signature. */
export class JwsSigner {
  readonly #header: string;
  readonly #key: KeyObject;

  /** @param key private, with kid and alg (EdDSA or ES256) */
  constructor(
    private readonly key: JWK,
    typ: string,
  ) {
    const { alg, kid } = key;
    this.#header = encoded({ alg, kid, typ });
    this.#key = createPrivateKey({ key: { ...key }, format: 'jwk' });
  }

  sign(claims: object): string {
    const signed = `${this.#header}.${encoded(claims)}`;
    return `${signed}.${this.#signatureOf(Buffer.from(signed)).toString('base64url')}`;
  }

  #signatureOf(bytes: Buffer): Buffer {
    if (this.key.alg === 'EdDSA') return sign(null, bytes, this.#key);
    return sign('sha256', bytes, { key: this.#key, dsaEncoding: 'ieee-p1363' });
  }
}
