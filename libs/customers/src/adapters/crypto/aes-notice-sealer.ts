import { type KeyRing } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import { type Notice, NoticeSealer } from '../../application/identifier-change-ports.js';

/** AES-256-GCM under its own key, derived from `CODE_SECRET`. */
export class AesNoticeSealer extends NoticeSealer {
  readonly #seal: AesGcmSealer;

  constructor(keys: KeyRing) {
    super();
    this.#seal = new AesGcmSealer(keys, 'CODE_SECRET', 'identifier-notice-seal');
  }

  seal(notice: Notice, customerId: string): string {
    return this.#seal.seal(JSON.stringify(notice), customerId);
  }

  open(sealed: string, customerId: string): Notice {
    return JSON.parse(this.#seal.open(sealed, customerId)) as Notice;
  }
}
