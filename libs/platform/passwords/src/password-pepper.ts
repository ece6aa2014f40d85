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
 * Pre-hashes passwords with a secret that the database does not hold: base64(HMAC-SHA-384(pepper, NFC(password))). So bcrypt,
 * which ignores whatever follows byte 72, sees every byte of a long one (OWASP ASVS 6.2.8, 6.2.9), and both Unicode spellings
 * of a password are the same password (NIST SP 800-63B-4).
 */
export class PasswordPepper {
  readonly #activeKey: RingKey;
  readonly #previousKeys: readonly RingKey[];

  /** @param ring the first key writes, all of them read; what another one wrote is due for a rehash */
  constructor([writer, ...others]: KeyRing) {
    this.#activeKey = writer;
    this.#previousKeys = others;
  }

  /**
   * Under the key that writes.
   * @throws TypeError for a lone surrogate, which the password rules refuse: encoded, all of them are the same U+FFFD
   */
  preHash(password: string): string {
    return computePreHash(this.#activeKey, password).value;
  }

  /** Under every key, the one that writes first. @throws TypeError as `preHash` does */
  preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    const others = this.#previousKeys.map((key) => computePreHash(key, password));
    return [computePreHash(this.#activeKey, password), ...others];
  }

  /** What is stored: `v2$<kid>$<bcrypt>`, at most 80 ASCII characters. */
  encode(kid: string, hash: string): string {
    return `v2$${kid}$${hash}`;
  }

  /** Undefined for any other scheme. The kid may be of a key that has left the ring: then no pre-hash has it. */
  decode(stored: string): StoredPassword | undefined {
    const [, kid, hash] = STORED.exec(stored) ?? [];
    return kid === undefined || hash === undefined ? undefined : { kid, hash };
  }
}

function computePreHash({ kid, secret }: RingKey, password: string): PreHash {
  if (/\p{Surrogate}/u.test(password)) throw new TypeError('a password is well-formed Unicode');
  const value = createHmac('sha384', secret).update(password.normalize('NFC'), 'utf8').digest('base64');
  return { kid, value };
}
