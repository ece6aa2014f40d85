import { describe, expect, it } from 'vitest';
import { InvalidInput } from '#kernel';
import { applyMergePatch, validateAttributes } from './attributes.js';

describe('applyMergePatch', () => {
  // The cases of RFC 7396, appendix A, that apply to objects.
  it.each<[object, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: 'b' }, null, null],
  ])('of %j and %j is %j', (target, patch, merged) => {
    const kept = structuredClone(target);
    expect(applyMergePatch(target, patch)).toEqual(merged);
    expect(target).toEqual(kept);
  });
});

describe('validateAttributes', () => {
  it('accepts at most 4 KiB in bytes', () => {
    const of = (bytes: number) => ({ a: 'é'.repeat((bytes - 8) / 2) });
    expect(JSON.stringify(validateAttributes(of(4_096)))).toHaveLength(8 + 2_044);
    expect(() => validateAttributes(of(4_098))).toThrow(InvalidInput);
  });

  it.each([
    ...['\0', 'a\0b', '\ud800', '\udfff\ud800', Number.POSITIVE_INFINITY],
    ...[{ '\ud800': 1 }, { 'a\0': 1 }, [['\udc00']], { a: [{ b: { '\udfff': null } }] }, [Number.NEGATIVE_INFINITY]],
  ])('rejects %j, which not every database can store [AC-44]', (value) => {
    for (const attributes of [{ a: value }, { a: 'b', c: [value] }])
      expect(() => validateAttributes(attributes)).toThrow(
        expect.objectContaining({ faults: [expect.objectContaining({ pointer: '/attributes' })] }),
      );
  });

  it('treats null as an empty object', () => expect(validateAttributes(null)).toEqual({}));
});
