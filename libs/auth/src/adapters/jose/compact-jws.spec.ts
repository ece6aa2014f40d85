import { describe, expect, it } from 'vitest';
import { isCanonicalJws } from './compact-jws.js';

const encoded = (bytes: number) => Buffer.alloc(bytes, 0xff).toString('base64url');

describe('isCanonicalJws', () => {
  it.each([1, 2, 3, 4, 5, 6, 63, 64])('accepts parts of %i bytes as Node encodes them [AC-87]', (bytes) => {
    expect(isCanonicalJws(Array(3).fill(encoded(bytes)).join('.'))).toBe(true);
  });

  it.each([1, 2, 4, 5, 64])('rejects every non-canonical encoding of %i bytes [AC-87]', (bytes) => {
    const part = encoded(bytes);
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((last) => part.slice(0, -1) + last)
      .filter((spelling) => Buffer.from(spelling, 'base64url').equals(Buffer.from(part, 'base64url')));
    expect(spellings.length).toBeGreaterThan(3);
    expect(spellings.filter((spelling) => isCanonicalJws(`${spelling}.${part}.${part}`))).toEqual([part]);
    expect(spellings.filter((spelling) => isCanonicalJws(`${part}.${part}.${spelling}`))).toEqual([part]);
  });

  it.each([
    '',
    '..',
    'AAAA..AAAA',
    'AAAA.AAAA',
    'AAAA.AAAA.AAAA.AAAA',
    'A.AAAA.AAAA',
    'AAAAA.AAAA.AAAA',
    'AA==.AAAA.AAAA',
  ])('rejects %j [AC-87]', (token) => {
    expect(isCanonicalJws(token)).toBe(false);
  });

  it('rejects another alphabet, spaces and a newline [AC-87]', () => {
    for (const part of ['AA+A', 'AA/A', 'AA A', 'AAA\n', 'AAAÄ', 'AAA\u212a'])
      expect([part, isCanonicalJws(`AAAA.AAAA.${part}`)]).toEqual([part, false]);
    expect(isCanonicalJws('AAAA.AAAA.AAAA\n')).toBe(false);
  });

  it('checks a token of the maximum length within 100 ms [AC-87]', () => {
    const start = performance.now();
    expect(isCanonicalJws(`${'A'.repeat(8_192)}.AAAA.A`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(100);
  });
});
