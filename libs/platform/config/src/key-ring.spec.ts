import { describe, expect, it } from 'vitest';
import { InvalidConfiguration } from './invalid-configuration.js';
import { readKeyRing } from './key-ring.js';
import { SettingsReader } from './settings-reader.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(40);

function read(value: string | undefined) {
  const reader = new SettingsReader({ CODE_SECRET: value });
  const ring = readKeyRing(reader, 'CODE_SECRET');
  try {
    reader.throwIfInvalid();
    return ring;
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems;
    throw error;
  }
}

describe('readKeyRing', () => {
  it.each([undefined, '', '  ', ',', ' , '])('returns no key for %j', (value) => {
    expect(read(value)).toBeUndefined();
  });

  it('names a single value 0, so that it can be named later', () => {
    expect(read(A)).toEqual([{ kid: '0', secret: A }]);
    expect(read(`0:${A}`)).toEqual(read(A));
  });

  it('writes with the first of several keys and reads with all', () => {
    expect(read(`2026-03:${B}, old_1:${A} ,${'c'.repeat(32)}`)).toEqual([
      { kid: '2026-03', secret: B },
      { kid: 'old_1', secret: A },
      { kid: '0', secret: 'c'.repeat(32) },
    ]);
  });

  it('ends the name at the first colon', () => {
    expect(read(`k:${A}:${B}`)).toEqual([{ kid: 'k', secret: `${A}:${B}` }]);
  });

  it('treats text before a colon that cannot be a name as part of the value', () => {
    for (const value of [`${'k'.repeat(17)}:${A}`, `k.1:${A}`, `:${A}`])
      expect(read(value)).toEqual([{ kid: '0', secret: value }]);
  });

  it.each([
    ['x'.repeat(31), 'at least 32'],
    [`k:${'x'.repeat(31)}`, 'at least 32'],
    [`${A},short`, 'at least 32'],
    [`k:${A},k:${B}`, 'twice'],
    [`${A},0:${B}`, 'twice'],
  ])('rejects %j without repeating it', (value, why) => {
    const [problem = ''] = read(value) as readonly string[];
    expect(problem).toContain(`CODE_SECRET`);
    expect(problem).toContain(why);
    expect(problem).not.toMatch(/xxx|aaa|short/);
  });
});
