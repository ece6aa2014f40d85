import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyRing } from '#platform/config';
import type { CodeAddress } from '../../facade.js';
import { HmacCodeMac } from './hmac-code-mac.js';

const NEW = { kid: '2026', secret: 'the-newer-secret-of-this-test-suite-1' };
const OLD = { kid: '0', secret: 'the-older-secret-of-this-test-suite-0' };
const RING: KeyRing = [NEW, OLD];
const address: CodeAddress = { identifierHash: 'a'.repeat(64), purpose: 'registration', subject: 'attempt' };

describe('HmacCodeMac', () => {
  const mac = new HmacCodeMac(RING);

  it('computes the HMAC-SHA-256 of purpose, identifier, subject and digits', () => {
    const text = ['registration', address.identifierHash, 'attempt', '0420'].join('\0');
    expect(mac.computeMac(address, '0420')).toBe(createHmac('sha256', NEW.secret).update(text).digest('hex'));
  });

  it('computes another MAC for another code, subject or identifier [AC-32]', () => {
    const others = [
      mac.computeMac(address, '0421'),
      mac.computeMac(address, '420'),
      mac.computeMac({ ...address, subject: 'other' }, '0420'),
      mac.computeMac({ ...address, identifierHash: 'b'.repeat(64) }, '0420'),
      new HmacCodeMac([OLD]).computeMac(address, '0420'),
    ];
    expect(new Set([mac.computeMac(address, '0420'), ...others]).size).toBe(1 + others.length);
  });

  it('separates the parts unambiguously', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '0', '.'), maxLength: 4 });
    fc.assert(
      fc.property(part, part, part, part, (subject, digits, otherSubject, otherDigits) => {
        const same = subject === otherSubject && digits === otherDigits;
        const macs = [
          mac.computeMac({ ...address, subject }, digits),
          mac.computeMac({ ...address, subject: otherSubject }, otherDigits),
        ];
        expect(macs[0] === macs[1]).toBe(same);
      }),
    );
  });

  it('writes with the first key of the ring and reads with all', () => {
    const before = new HmacCodeMac([OLD]);
    expect(mac.computeCandidates(address, '0420')).toEqual([
      mac.computeMac(address, '0420'),
      before.computeMac(address, '0420'),
    ]);
  });

  it('generates random MACs in the same format that never repeat', () => {
    const macs = Array.from({ length: 100 }, () => mac.randomMac());
    expect(new Set(macs).size).toBe(100);
    for (const one of [...macs, mac.computeMac(address, '0420')]) expect(one).toMatch(/^[0-9a-f]{64}$/);
  });
});
