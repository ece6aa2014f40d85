import { type KeyRing } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import { ResetRecipientSealer } from '../../application/ports.js';

/** AES-256-GCM with a separate key, derived from `CODE_SECRET`. */
export class AesResetRecipientSealer extends ResetRecipientSealer {
  readonly #seal: AesGcmSealer;

  constructor(keys: KeyRing) {
    super();
    this.#seal = new AesGcmSealer(keys, 'CODE_SECRET', 'reset-seal');
  }

  seal(recipient: string, identifierHash: string): string {
    return this.#seal.seal(recipient, identifierHash);
  }

  open(sealed: string, identifierHash: string): string {
    return this.#seal.open(sealed, identifierHash);
  }
}
