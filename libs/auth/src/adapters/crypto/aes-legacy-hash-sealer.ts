import { type KeyRing } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import { LegacyHashSealer } from '../../application/legacy-password-ports.js';

const SEALED_PREFIX = 'f1$';

/** AES-256-GCM with a separate key, derived from `PASSWORD_PEPPER`: `f1$<kid>.<base64url>`. */
export class AesLegacyHashSealer extends LegacyHashSealer {
  readonly #seal: AesGcmSealer;

  constructor(keys: KeyRing) {
    super();
    this.#seal = new AesGcmSealer(keys, 'PASSWORD_PEPPER', 'foreign-password');
  }

  seal(hash: string, customerId: string): string {
    return SEALED_PREFIX + this.#seal.seal(hash, customerId);
  }

  open(credential: string, customerId: string): string | undefined {
    if (!credential.startsWith(SEALED_PREFIX)) return undefined;
    try {
      return this.#seal.open(credential.slice(SEALED_PREFIX.length), customerId);
    } catch {
      // The key is no longer in the ring: no password matches, as for every other hash sealed with that key.
      return undefined;
    }
  }
}
