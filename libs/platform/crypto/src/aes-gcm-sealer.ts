import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyRing } from '#platform/config';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Text that nobody reads without the key, and nobody moves to another place: AES-256-GCM, bound to what it belongs to. The key
 * is one of its own for each purpose, derived from a secret of the settings (HKDF-SHA-256). `<kid>.<base64url>`: the first key of
 * the ring writes, all read.
 */
export class AesGcmSealer {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #writeKid: string;

  /**
   * @param setting that holds the ring, for the message when a key is gone
   * @param purpose names the derived key; never used for anything else
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

  /** @param associatedData without which it cannot be opened: the id of whom it belongs to */
  seal(text: string, associatedData: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#writeKid), nonce).setAAD(
      Buffer.from(associatedData),
    );
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `${this.#writeKid}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @throws Error for whatever was not sealed so */
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
