import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyRing } from '#platform/config';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts text with AES-256-GCM, bound to associated data. Each purpose has its own key, derived from a secret of the
 * settings (HKDF-SHA-256). Format: `<kid>.<base64url>`. The first key of the ring writes; all of them read.
 */
export class AesGcmSealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #writeKid: string;

  /**
   * @param setting name of the setting that holds the ring, for the error about a missing key
   * @param purpose names the derived key; must be unique
   */
  constructor(
    keys: KeyRing,
    private readonly setting: string,
    purpose: string,
  ) {
    this.#keys = new Map(
      keys.map(({ kid, secret }) => [kid, Buffer.from(hkdfSync('sha256', secret, '', `foyer:${purpose}`, 32))]),
    );
    this.#writeKid = keys[0].kid;
  }

  /** @param associatedData required again to decrypt, such as the id of the owner */
  seal(text: string, associatedData: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#writeKid), nonce).setAAD(
      Buffer.from(associatedData),
    );
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${this.#writeKid}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @throws Error for anything that this sealer did not produce with the same associated data */
  open(sealed: string, associatedData: string): string {
    const [kid = '', content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(kid), bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(associatedData)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  #keyOf(kid: string): Buffer {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`${this.setting} has no key ${kid}`);
    return key;
  }
}
