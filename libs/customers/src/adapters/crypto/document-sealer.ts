import { Injectable } from '@nestjs/common';
import { Secrets } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import type { PersonDocument } from '../../domain/customer.js';

/** Encrypts documents for storage under a key derived from `IDENTIFIER_SECRET`, bound to the customer id. */
@Injectable()
export class DocumentSealer {
  readonly #seal: AesGcmSealer;

  constructor({ identifier }: Pick<Secrets, 'identifier'>) {
    this.#seal = new AesGcmSealer(identifier, 'IDENTIFIER_SECRET', 'document-seal');
  }

  seal(document: PersonDocument | null, customerId: string): string | null {
    return document && this.#seal.seal(document.number, customerId);
  }

  /** Returns the number in clear text, or null. */
  open(sealed: string | null, customerId: string): string | null {
    return sealed === null ? null : this.#seal.open(sealed, customerId);
  }
}
