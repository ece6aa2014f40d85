import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBasicCredentials } from './basic-credentials.js';

/** A third each: ASCII, the basic plane with lone surrogates, all code points. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

const encode = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64');
const basic = (text: string | Uint8Array) => `Basic ${encode(text)}`;
const parse = (value: string) => parseBasicCredentials(['Host', 'foyer.example', 'Authorization', value]);

describe('parseBasicCredentials [ST-B1]', () => {
  it('reads the example of RFC 7617 section 2', () => {
    expect(parse('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==')).toEqual({ username: 'Aladdin', password: 'open sesame' });
  });

  it('reads the UTF-8 example of RFC 7617 section 2.1', () => {
    expect(parse('Basic dGVzdDoxMjPCow==')).toEqual({ username: 'test', password: '123\u00a3' });
  });

  it('ignores the case of scheme and header name, and the number of blanks', () => {
    const credentials = { username: 'a', password: 'b' };
    expect(parseBasicCredentials(['AUTHORIZATION', `bAsIc   ${encode('a:b')}`])).toEqual(credentials);
  });

  it.each([
    ['colons', 'a:b::c:'],
    ['nothing', ''],
    ['accents', 'p\u00e4ssw\u00f6rd'],
    ['NUL and control characters', '\0a\r\n\x7f\u0085'],
    ['64 characters of three bytes', '\u20ac'.repeat(64)],
    ['512 bytes', 'x'.repeat(512)],
    ['a byte order mark', '\ufeffabc'],
  ])('splits at the first colon; the password may contain %s', (_, password) => {
    expect(parse(basic(`joe@example.com:${password}`))).toEqual({ username: 'joe@example.com', password });
  });

  it('keeps a byte order mark in the user name rather than dropping it', () => {
    expect(parse(basic('\ufeffjoe:x'))?.username).toBe('\ufeffjoe');
  });

  it.each([
    ['an empty value', ''],
    ['the scheme alone', 'Basic'],
    ['a blank token', 'Basic '],
    ['another scheme', `Bearer ${encode('a:b')}`],
    ['a scheme that ends alike', `XBasic ${encode('a:b')}`],
    ['no blank', `Basic${encode('a:b')}`],
    ['a tab for the blank', `Basic\t${encode('a:b')}`],
    ['a missing colon', basic('joe')],
    ['missing padding', `Basic ${encode('ab:c').replace(/=+$/, '')}`],
    ['too much padding', `Basic ${encode('a:b')}=`],
    ['bits behind the end', 'Basic YTpiYx=='],
    ['base64url', `Basic ${encode('\u00ff\u00fe:?>').replaceAll('+', '-').replaceAll('/', '_')}-_`],
    ['text in base64 blanks', 'Basic YTp iYw=='],
    ['two credentials in one value', `${basic('a:b')}, ${basic('c:d')}`],
    ['parameters', `${basic('a:b')}; realm=x`],
    ['a line feed', `${basic('a:b')}\n`],
    ['the long s', `Ba\u017fic ${encode('a:b')}`],
    ['bad UTF-8', basic(Uint8Array.from([0x61, 0x3a, 0xff]))],
    ['an overlong colon', basic(Uint8Array.from([0x61, 0xc0, 0xba, 0x62]))],
    ['an encoded surrogate', basic(Uint8Array.from([0x61, 0x3a, 0xed, 0xa0, 0x80]))],
    ['NUL in the user name', basic('jo\0e:x')],
    ['a line feed in the user name', basic('joe\n{"level":"fatal"}:x')],
    ['DEL in the user name', basic('joe\x7f:x')],
    ['more than 2 kB', basic(`joe:${'x'.repeat(1_540)}`)],
    ['64 kB of blanks', `Basic${' '.repeat(65_536)}`],
  ])('refuses %s', (_, value) => expect(parse(value)).toBeUndefined());

  it('distinguishes names from values', () => {
    const credentials = { username: 'a', password: 'b' };
    expect(parseBasicCredentials(['X', 'Authorization', 'Authorization', basic('a:b')])).toEqual(credentials);
  });

  it('rejects none and two headers, even if they are equal or one has another scheme', () => {
    const value = basic('a:b');
    expect(parseBasicCredentials([])).toBeUndefined();
    expect(parseBasicCredentials(['Authorization'])).toBeUndefined();
    expect(parseBasicCredentials(['Host', 'authorization', 'X', value])).toBeUndefined();
    expect(parseBasicCredentials(['Proxy-Authorization', value])).toBeUndefined();
    expect(parseBasicCredentials(['Authorization', value, 'authorization', value])).toBeUndefined();
    expect(parseBasicCredentials(['Authorization', value, 'AUTHORIZATION', 'Bearer x'])).toBeUndefined();
    expect(parseBasicCredentials(['Authorization', '', 'Authorization', value])).toBeUndefined();
  });

  it('parses whatever a client may send', () => {
    const username = fc.string({ unit, maxLength: 40 }).map((name) => name.replace(/[:\p{Cc}\p{Cs}]/gu, ''));
    const password = fc.string({ unit, maxLength: 128 }).map((text) => text.replace(/\p{Cs}/gu, ''));
    fc.assert(
      fc.property(username, password, (name, secret) => {
        expect(parse(basic(`${name}:${secret}`))).toEqual({ username: name, password: secret });
      }),
    );
  });
});

describe('hostile Authorization headers [AC-52]', () => {
  const mutated = fc
    .tuple(fc.string({ unit }), fc.nat(60), fc.string({ unit, maxLength: 3 }), fc.nat(3))
    .map(([text, at, noise, cut]) => {
      const value = basic(`joe:${text}`);
      return value.slice(0, at) + noise + value.slice(at + cut);
    });
  const value = fc.oneof(
    fc.string({ unit, maxLength: 200 }),
    fc.base64String().map((token) => `Basic ${token}`),
    fc.uint8Array().map(basic),
    mutated,
  );
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constant('Authorization') },
    fc.string(),
    fc.constant('authorization'),
  );

  it('returns nothing or valid credentials for 10 000 fuzzed headers, and never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 2 }), (headers) => {
        const credentials = parseBasicCredentials(headers.flat());
        if (credentials !== undefined) expect(credentials.username).not.toMatch(/[:\p{Cc}\p{Cs}]/u);
      }),
      { numRuns: 10_000 },
    );
  });
});
