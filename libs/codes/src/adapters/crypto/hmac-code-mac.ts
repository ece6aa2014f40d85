import { createHmac, randomBytes } from 'node:crypto';
import type { KeyRing } from '#platform/config';
import { CodeMac } from '../../application/ports.js';
import type { CodeAddress } from '../../facade.js';

/** HMAC-SHA-256 under `CODE_SECRET`, over purpose, identifier, subject, holder and digits (OWASP ASVS 6.5.2, 6.6.2). */
export class HmacCodeMac extends CodeMac {
  constructor(private readonly keys: KeyRing) {
    super();
  }

  computeMac(address: CodeAddress, digits: string): string {
    return hmac(this.keys[0].secret, address, digits);
  }

  computeCandidates(address: CodeAddress, digits: string): readonly string[] {
    return this.keys.map(({ secret }) => hmac(secret, address, digits));
  }

  randomMac(): string {
    return randomBytes(32).toString('hex');
  }
}

function hmac(secret: string, { purpose, identifierHash, subject, holder }: CodeAddress, digits: string): string {
  const place = holder === undefined ? [purpose, identifierHash, subject] : [purpose, identifierHash, subject, holder];
  return createHmac('sha256', secret)
    .update([...place, digits].join('\0'))
    .digest('hex');
}
