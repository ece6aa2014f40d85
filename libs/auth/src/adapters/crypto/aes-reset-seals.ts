import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyRing } from '#platform';
import { ResetSeals } from '../../application/ports.js';

const NONCE = 12;
const MARK = 16;

/** AES-256-GCM under a key of its own, derived from `CODE_SECRET` (HKDF-SHA-256). */
export class AesResetSeals extends ResetSeals {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #writer: string;

  constructor(keys: KeyRing) {
    super();
    const derive = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'foyer:reset-seal', 32));
    this.#keys = new Map(keys.map(({ kid, secret }) => [kid, derive(secret)]));
    this.#writer = keys[0].kid;
  }

  seal(recipient: string, identifierHash: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#writer), nonce).setAAD(Buffer.from(identifierHash));
    const sealed = Buffer.concat([cipher.update(recipient, 'utf8'), cipher.final()]);
    return `${this.#writer}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  open(sealed: string, identifierHash: string): string {
    const [kid = '', content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(kid), bytes.subarray(0, NONCE));
    decipher.setAAD(Buffer.from(identifierHash)).setAuthTag(bytes.subarray(NONCE, NONCE + MARK));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + MARK)), decipher.final()]).toString('utf8');
  }

  #keyOf(kid: string): Buffer {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`CODE_SECRET has no key ${kid}`);
    return key;
  }
}
