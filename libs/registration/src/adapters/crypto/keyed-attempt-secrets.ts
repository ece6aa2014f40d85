import { createHmac, hkdfSync, randomInt } from 'node:crypto';
import type { PreHash } from '#auth';
import { type KeyRing } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import { AttemptSecrets } from '../../application/ports.js';

const UNAMBIGUOUS = 'ACDEFGHJKLMNPQRTUVWXYZ234679';

/** Derives separate keys for tag and seal from `CODE_SECRET` (HKDF-SHA-256). */
export class KeyedAttemptSecrets extends AttemptSecrets {
  readonly #tagKeys: readonly Buffer[];
  readonly #seal: AesGcmSealer;

  constructor(keys: KeyRing) {
    super();
    this.#tagKeys = keys.map(({ secret }) => derive(secret, 'attempt-tag'));
    this.#seal = new AesGcmSealer(keys, 'CODE_SECRET', 'attempt-seal');
  }

  computeTags(identifierHash: string, { kid, value }: PreHash): readonly [string, ...string[]] {
    const [first, ...others] = this.#tagKeys.map((key) =>
      createHmac('sha256', key).update([identifierHash, kid, value].join('\0')).digest('hex'),
    );
    return [first as string, ...others];
  }

  seal({ kid, value }: PreHash, attemptId: string): string {
    return this.#seal.seal(`${kid}.${value}`, attemptId);
  }

  open(sealed: string, attemptId: string): PreHash {
    const text = this.#seal.open(sealed, attemptId);
    const dot = text.indexOf('.');
    return { kid: text.slice(0, dot), value: text.slice(dot + 1) };
  }

  createReference(): string {
    const one = () => UNAMBIGUOUS.charAt(randomInt(UNAMBIGUOUS.length));
    return one() + one();
  }
}

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `foyer:${purpose}`, 32));
