import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.js';

/** A third each: ASCII, the basic plane with lone surrogates, all code points. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const withKeys = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));

describe('parseStrictJson', () => {
  it.each([
    '{"a":[1,{"a":"b: c"}],"b":{}}',
    '"a"',
    'null',
    ' [ "\\"a\\":" , "\\\\" ] ',
    '[{"a":1},{"a":1}]',
    '["a","a"]',
  ])('reads %s as JSON.parse does', (text) => expect(parse(text)).toEqual({ value: JSON.parse(text) }));

  it.each(['', ' ', '{', '{"a":1,}', "{'a':1}", '{"a":1} x', '[1]]', 'NaN', '01', '"\u0001"', '{"a":1,"a"'])(
    'rejects %j as malformed',
    (text) => expect(parse(text)).toEqual({ fault: 'malformed' }),
  );

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
    ['an overlong NUL', [0x22, 0xc0, 0x80, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['half a character', [0x22, 0xe2, 0x82, 0x22]],
    ['Latin-1', [0x22, 0xe9, 0x22]],
  ])('refuses %s as malformed', (_, bytes) =>
    expect(parseStrictJson(Uint8Array.from(bytes))).toEqual({ fault: 'malformed' }),
  );

  it('leaves an escaped lone surrogate to validation', () => {
    expect(parse('"\\ud800"')).toEqual({ value: '\ud800' });
  });

  it('limits the depth [ST-H3]', () => {
    expect(parse(nested(20))).toEqual({ value: JSON.parse(nested(20)) });
    expect(parse(nested(21))).toEqual({ fault: 'too_deep' });
    expect(parse(nested(100_000))).toEqual({ fault: 'too_deep' });
    expect(parse(`${'{"a":'.repeat(21)}1${'}'.repeat(21)}`)).toEqual({ fault: 'too_deep' });
    expect(parse(`[${nested(19)},${nested(19)}]`)).toHaveProperty('value');
    expect(parse(JSON.stringify('['.repeat(50)))).toHaveProperty('value');
  });

  it('limits the keys of the whole document [ST-H3]', () => {
    expect(parse(withKeys(200))).toHaveProperty('value');
    expect(parse(withKeys(201))).toEqual({ fault: 'too_many_keys' });
    expect(parse(`[${withKeys(100)},${withKeys(101)}]`)).toEqual({ fault: 'too_many_keys' });
    expect(parseStrictJson(Buffer.from('{"a":1,"b":2}'), { depth: 1, keys: 1 })).toEqual({ fault: 'too_many_keys' });
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"":1,"":2}',
    '[0,{"x":{"a":[],"b":{"a":1}, "a" :1}}]',
    '{"code":"0420","code"\n:"1"}',
    '{"code":"0420","code"\r:"1"}',
    '{"code":"0420","code"\t:"1"}',
  ])('rejects %s for a duplicate key [ST-H3]', (text) => expect(parse(text)).toEqual({ fault: 'duplicate_key' }));

  it.each([
    '{"__proto__":{"role":"admin"}}',
    '{"a":[{"\\u005f_proto__":1}]}',
    '{"constructor":{"prototype":{}}}',
    '{"prototype":1}',
  ])('rejects %s for a forbidden key [ST-H3]', (text) => expect(parse(text)).toEqual({ fault: 'forbidden_key' }));

  it('accepts such names as values [ST-H3]', () => {
    expect(parse('{"a":"__proto__","b":["constructor"]}')).toHaveProperty('value');
  });

  it('agrees with JSON.parse on every document without a fault', () => {
    const documents = fc.json({ maxDepth: 3, stringUnit: unit });
    fc.assert(
      fc.property(documents, fc.constantFrom(0, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        const result = parse(text);
        if ('value' in result) expect(result.value).toEqual(JSON.parse(text));
        else expect(['too_many_keys', 'forbidden_key']).toContain(result.fault);
      }),
      { numRuns: 500 },
    );
  });

  it('finds a duplicate at any position and with any escaping', () => {
    const escapedUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    const escaped = (key: string) => `"${key.split('').map(escapedUnit).join('')}"`;
    const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(keys, fc.nat(), fc.nat(), fc.json({ maxDepth: 2 }), (names, which, where, inner) => {
        const entries = names.map(
          (name, at) => `${JSON.stringify(name)}:${at ? '":,{}[]"' : JSON.stringify(JSON.parse(inner))}`,
        );
        const clean = parse(`{${entries.join(',')}}`);
        fc.pre('value' in clean);
        entries.splice(where % (entries.length + 1), 0, `${escaped(names[which % names.length] ?? '')} : 1`);
        expect(parse(`{${entries.join(',')}}`)).toEqual({ fault: 'duplicate_key' });
      }),
    );
  });

  it('never throws', () => {
    const soup = fc.array(fc.constantFrom(...'{}[]":,\\ut0\n\ud800', '"a":', '__proto__')).map((all) => all.join(''));
    const bytes = fc.oneof(
      fc.uint8Array(),
      soup.map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (any) => 'value' in parseStrictJson(any) || 'fault' in parseStrictJson(any)),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['brackets', '['.repeat(131_072) + ']'.repeat(131_072)],
    ['unclosed brackets', '{"a":['.repeat(43_690)],
    ['backslashes', `["${'\\\\'.repeat(131_000)}"]`],
    ['quotes', `[${'"",'.repeat(87_000)}""]`],
    ['blanks behind strings', `[${`""${' '.repeat(1_000)},`.repeat(260)}""]`],
    ['one long key', `{"${'\\u0061'.repeat(43_000)}":1}`],
    ['keys', withKeys(20_000)],
  ])('parses 256 KiB of %s in linear time [ST-H2]', (_, text) => {
    const milliseconds = [1, 2, 3].map(() => {
      const start = performance.now();
      parse(text);
      return performance.now() - start;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(100);
  });
});
