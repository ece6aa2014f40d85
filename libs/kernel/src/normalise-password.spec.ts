import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from './domain-error.js';
import { normalisePassword } from './normalise-password.js';

/** One third each of ASCII, the basic plane with lone surrogates, and all code points. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

const outcome = (raw: unknown, minimum = 8): string => {
  try {
    normalisePassword(raw, minimum);
    return 'accepted';
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`).join();
    throw error;
  }
};

describe('normalisePassword', () => {
  it.each([
    ['the shortest', 'a'.repeat(8)],
    ['the longest', 'a'.repeat(128)],
    ['128 characters of 4 bytes', '\u{1f511}'.repeat(128)],
    ['64 characters of 3 bytes', '\u20ac'.repeat(64)],
    ['8 emoji, counted as characters', '\u{1f511}'.repeat(8)],
    ['ST-P3 letters only', 'abcdefghij'],
    ['ST-P3 digits only', '9571620384'],
    ['ST-P3 blanks', '        '],
    ['colons and accents', 'p\u00e4ss:w\u00f6rd::'],
    ['NUL and other control characters', 'a\0b\r\n\t\x7fcd'],
  ])('accepts %s [ST-P1]', (_, raw) => expect(outcome(raw)).toBe('accepted'));

  it.each([
    ['one too short', 'a'.repeat(7), 'too_short'],
    ['7 characters in 8 code points before NFC', `${'a'.repeat(6)}e\u0301`, 'too_short'],
    ['one too long', 'a'.repeat(129), 'too_long'],
    ['more than 512 bytes', '\u{1f511}'.repeat(129), 'too_long'],
    ['few characters in many bytes', `${'a'.repeat(8)}${'\u0301'.repeat(300)}`, 'too_long'],
    ['half a character', 'abcdefgh\ud800', 'not_unicode'],
    ['the wrong half first', '\udc00\ud800abcdefgh', 'not_unicode'],
    ['a number', 1234567890, 'not_text'],
    ['AC-44 an object', { length: 8 }, 'not_text'],
    ['AC-44 an array', ['abcdefgh'], 'not_text'],
  ])('rejects %s [ST-P1]', (_, raw, reason) => expect(outcome(raw)).toBe(`/password password.${reason}`));

  it('uses the minimum of the profile [ST-P1]', () => {
    expect(outcome('a'.repeat(14), 15)).toBe('/password password.too_short');
    expect(outcome('a'.repeat(15), 15)).toBe('accepted');
  });

  it('treats NFC and NFD as one password and changes nothing else [ST-P4]', () => {
    const typed = '  P\u00e4ssw\u00f6rd\0\u212b\ufb01 ';
    expect(normalisePassword(typed.normalize('NFD'), 8)).toBe(typed.normalize('NFC'));
    expect(normalisePassword('\ufb01\ufb01\ufb01\ufb01\ufb01\ufb01\ufb01\ufb01', 8)).toBe('\ufb01'.repeat(8));
    fc.assert(fc.property(fc.string({ minLength: 8, maxLength: 128 }), (raw) => normalisePassword(raw, 8) === raw));
  });

  it('rejects megabytes before any work [AC-36]', () => {
    const huge = '\ufe0f'.repeat(5_000_000);
    const milliseconds = [1, 2, 3].map(() => {
      const start = performance.now();
      expect(outcome(huge)).toBe('/password password.too_long');
      return performance.now() - start;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(10);
  });

  it('throws only InvalidInput and returns a fixed point [AC-44]', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit }), fc.anything({ maxDepth: 1 })), (raw) => {
        if (outcome(raw, 1) !== 'accepted') return;
        const password = normalisePassword(raw, 1);
        expect(normalisePassword(password, 1)).toBe(password);
      }),
    );
  });
});
