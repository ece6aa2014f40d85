import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixUpperBound } from './prefix-upper-bound.js';

const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((value) => value.isWellFormed());
const inRange = (prefix: string, word: string): boolean => {
  const end = prefixUpperBound(prefix);
  return order(prefix, word) <= 0 && (end === null || order(word, end) < 0);
};

describe('prefixUpperBound', () => {
  it('bounds the range of every text that begins with the prefix, and of nothing else', () => {
    fc.assert(
      fc.property(text, text, (prefix, word) => {
        expect(inRange(prefix, word)).toBe(word.startsWith(prefix));
        expect(inRange(prefix, prefix + word)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a', 'b'],
    ['a%_', 'a%`'],
    ['\ud7ff', '\ue000'],
    ['a\u{10ffff}', 'b'],
    ['\u{10ffff}', null],
    ['', null],
  ])('%j ends at %j', (prefix, end) => expect(prefixUpperBound(prefix)).toBe(end));
});
