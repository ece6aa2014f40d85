import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto';
import type { PreHash } from '#auth';
import type { KeyRing } from '#platform';
import { AttemptSecrets } from '../../application/ports.js';

const UNAMBIGUOUS = 'ACDEFGHJKLMNPQRTUVWXYZ234679';
const NONCE = 12;
const MARK = 16;

/** Keys of their own for tag and seal, derived from `CODE_SECRET` (HKDF-SHA-256). */
export class KeyedAttemptSecrets extends AttemptSecrets {
  readonly #tagKeys: readonly Buffer[];
  readonly #sealKeys: ReadonlyMap<string, Buffer>;
  readonly #sealWith: string;

  constructor(keys: KeyRing) {
    super();
    this.#tagKeys = keys.map(({ secret }) => derive(secret, 'attempt-tag'));
    this.#sealKeys = new Map(keys.map(({ kid, secret }) => [kid, derive(secret, 'attempt-seal')]));
    this.#sealWith = keys[0].kid;
  }

  tags(identifierHash: string, { kid, value }: PreHash): readonly [string, ...string[]] {
    const [first, ...others] = this.#tagKeys.map((key) =>
      createHmac('sha256', key).update([identifierHash, kid, value].join('\0')).digest('hex'),
    );
    return [first as string, ...others];
  }

  seal({ kid, value }: PreHash, attemptId: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#sealWith), nonce).setAAD(Buffer.from(attemptId));
    const sealed = Buffer.concat([cipher.update(`${kid}.${value}`, 'utf8'), cipher.final()]);
    return `${this.#sealWith}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  open(sealed: string, attemptId: string): PreHash {
    const [sealedWith = '', content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(sealedWith), bytes.subarray(0, NONCE));
    decipher.setAAD(Buffer.from(attemptId)).setAuthTag(bytes.subarray(NONCE, NONCE + MARK));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE + MARK)), decipher.final()]).toString('utf8');
    const dot = text.indexOf('.');
    return { kid: text.slice(0, dot), value: text.slice(dot + 1) };
  }

  reference(): string {
    const one = () => UNAMBIGUOUS.charAt(randomInt(UNAMBIGUOUS.length));
    return one() + one();
  }

  #keyOf(kid: string): Buffer {
    const key = this.#sealKeys.get(kid);
    if (!key) throw new Error(`CODE_SECRET has no key ${kid}`);
    return key;
  }
}

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `foyer:${purpose}`, 32));
