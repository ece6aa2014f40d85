import { describe, expect, it } from 'vitest';
import { AesResetRecipientSealer } from './aes-reset-recipient-sealer.js';

const OLD = { kid: '0', secret: 'the-older-secret-of-this-test-suite-0' };
const NEW = { kid: 'k_2026-03_abcdef', secret: 'the-newer-secret-of-this-test-suite-1' };
const HASH = 'a'.repeat(64);
const seals = new AesResetRecipientSealer([OLD]);
const rotated = new AesResetRecipientSealer([NEW, OLD]);

/** The seal with changed or truncated content. */
const spoilt = (sealed: string, spoil: (bytes: Buffer) => Buffer): string => {
  const [kid, content = ''] = sealed.split('.');
  return `${kid}.${spoil(Buffer.from(content, 'base64url')).toString('base64url')}`;
};

describe('AesResetRecipientSealer', () => {
  it.each(['mia@example.org', '+5511961234567', 'm.i.a@xn--mnchen-3ya.example'])(
    'returns the sealed recipient %s',
    (recipient) => {
      const sealed = seals.seal(recipient, HASH);
      expect(seals.open(sealed, HASH)).toBe(recipient);
      expect(Buffer.from(sealed.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain(recipient);
    },
  );

  it('creates a different seal each time', () => {
    expect(seals.seal('mia@example.org', HASH)).not.toBe(seals.seal('mia@example.org', HASH));
  });

  it('opens a seal for its identifier only [AC-32]', () => {
    expect(() => seals.open(seals.seal('mia@example.org', HASH), 'b'.repeat(64))).toThrow();
  });

  it('opens a seal of an older key in the ring, and rejects one of a removed key', () => {
    expect(rotated.open(seals.seal('mia@example.org', HASH), HASH)).toBe('mia@example.org');
    expect(seals.seal('mia@example.org', HASH)).toMatch(/^0\./);
    expect(rotated.seal('mia@example.org', HASH)).toMatch(/^k_2026-03_abcdef\./);
    expect(() => seals.open(rotated.seal('mia@example.org', HASH), HASH)).toThrow('no key k_2026-03_abcdef');
  });

  it('rejects a seal with a changed byte or a missing end', () => {
    const sealed = seals.seal('mia@example.org', HASH);
    expect(spoilt(sealed, (bytes) => bytes)).toBe(sealed);
    for (let at = 0; at < 43; at++) {
      const flipped = spoilt(sealed, (bytes) => Buffer.from(bytes.map((byte, n) => (n === at ? byte ^ 1 : byte))));
      expect(() => seals.open(flipped, HASH)).toThrow();
    }
    for (let bytes = 0; bytes < 28; bytes++)
      expect(() =>
        seals.open(
          spoilt(sealed, (all) => all.subarray(0, bytes)),
          HASH,
        ),
      ).toThrow();
  });
});
