import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RandomCodeGenerator } from './random-code-generator.js';

const CODES = 10_000;
const times = (count: number, make: () => string) => Array.from({ length: count }, make);

/** Standard deviations from what a uniform distribution over all 4-digit codes would give. */
function deviation(codes: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const expected = codes.length / CODES;
  let chiSquare = (CODES - counts.size) * expected;
  for (const count of counts.values()) chiSquare += (count - expected) ** 2 / expected;
  return (chiSquare - (CODES - 1)) / Math.sqrt(2 * (CODES - 1));
}

describe('RandomCodeGenerator [ST-06]', () => {
  const generator = new RandomCodeGenerator();

  it('generates all 10 000 codes with equal probability', () => {
    const codes = times(100_000, () => generator.generateDigits(4));
    expect(codes.every((code) => /^[0-9]{4}$/.test(code))).toBe(true);
    // Once in a million runs by chance.
    expect(Math.abs(deviation(codes))).toBeLessThan(5);
  });

  it('fails the uniformity test with the bias of two random bytes', () => {
    const random = new Uint16Array(Uint8Array.from(randomBytes(800_000)).buffer);
    const biased = Array.from(random, (number) => String(number % CODES).padStart(4, '0'));
    expect(deviation(biased)).toBeGreaterThan(5);
  });

  it('fails the uniformity test without codes with a leading zero', () => {
    expect(
      deviation(times(100_000, () => String(1_000 + (Number(generator.generateDigits(4)) % 9_000)))),
    ).toBeGreaterThan(5);
  });

  it.each([4, 6, 8])('generates %i digits and keeps leading zeros', (length) => {
    const codes = times(2_000, () => generator.generateDigits(length));
    expect(codes.every((code) => code.length === length && /^[0-9]+$/.test(code))).toBe(true);
    expect(new Set(codes.map((code) => code.charAt(0)))).toEqual(new Set('0123456789'));
  });
});
