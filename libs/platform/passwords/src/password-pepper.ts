import { createHmac } from 'node:crypto';
import type { KeyRing, RingKey } from '#platform/config';

const STORED = /^v2\$([A-Za-z0-9_-]{1,16})\$(.+)$/s;

export interface StoredPassword {
  readonly kid: string;
  /** bcrypt of the pre-hash made with the pepper `kid`. */
  readonly hash: string;
}

/** A password after its keyed pre-hash; bcrypt takes `value`, 64 ASCII characters. */
export interface PreHash {
  readonly kid: string;
  readonly value: string;
}

/**
 * Pre-hashes passwords with a secret that is not in the database: base64(HMAC-SHA-384(pepper, NFC(password))). bcrypt ignores
 * everything after byte 72; the pre-hash covers every byte of a long password (OWASP ASVS 6.2.8, 6.2.9). Both Unicode
 * spellings of a password are the same password (NIST SP 800-63B-4).
 */
export class PasswordPepper {
  readonly #activeKey: RingKey;
  readonly #previousKeys: readonly RingKey[];

  /** @param ring the first key writes, all of them read; a hash under another key is due for a rehash */
  constructor([writer, ...others]: KeyRing) {
    this.#activeKey = writer;
    this.#previousKeys = others;
  }

  /**
   * Pre-hashes under the key that writes.
   * @throws TypeError for a lone surrogate, which the password policy rejects: in UTF-8 all of them become the same U+FFFD
   */
  preHash(password: string): string {
    return computePreHash(this.#activeKey, password).value;
  }

  /** Pre-hashes under every key, the writing key first. @throws TypeError as `preHash` does */
  preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    const others = this.#previousKeys.map((key) => computePreHash(key, password));
    return [computePreHash(this.#activeKey, password), ...others];
  }

  /** The stored form: `v2$<kid>$<bcrypt>`, at most 80 ASCII characters. */
  encode(kid: string, hash: string): string {
    return `v2$${kid}$${hash}`;
  }

  /** Undefined for any other scheme. A kid whose key has left the ring matches no pre-hash. */
  decode(stored: string): StoredPassword | undefined {
    const [, kid, hash] = STORED.exec(stored) ?? [];
    return kid === undefined || hash === undefined ? undefined : { kid, hash };
  }
}

function computePreHash({ kid, secret }: RingKey, password: string): PreHash {
  if (/\p{Surrogate}/u.test(password)) throw new TypeError('a password must be well-formed Unicode');
  const value = createHmac('sha384', secret).update(password.normalize('NFC'), 'utf8').digest('base64');
  return { kid, value };
}
