import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from './domain-error.js';
import { type Identifier, parseIdentifier } from './identifier.js';
import { IDENTIFIER_CORPUS } from './testing/identifier.corpus.js';

const REGIONS = ['US', 'FR', 'BR', 'DE'];

/** One third each of ASCII, the basic plane with lone surrogates, and all code points. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

/** Returns the key, or null for a rejected input; rethrows any other error. */
const keyOf = (raw: unknown, region: string): string | null => {
  try {
    return parseIdentifier(raw, region).key;
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
};

const accepted: Identifier[] = IDENTIFIER_CORPUS.filter(({ expected }) => expected !== null).map(({ raw, region }) =>
  parseIdentifier(raw, region ?? 'US'),
);
const likely = fc.oneof(
  fc.string({ unit }),
  fc.emailAddress(),
  fc.constantFrom(...IDENTIFIER_CORPUS.map(({ raw }) => raw)),
  fc
    .array(fc.constantFrom(...'a@.-+0123456789 ()/\u0131\u212a\uff20\u3002\ud800\0'), { maxLength: 30 })
    .map((all) => all.join('')),
);

describe('parseIdentifier [ST-I1]', () => {
  it('has a corpus that is large enough and without duplicates', () => {
    const cases = IDENTIFIER_CORPUS.map(({ raw, region }) => `${region}|${raw}`);
    expect(new Set(cases).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(IDENTIFIER_CORPUS)('returns $expected for: $why', ({ raw, region, expected }) => {
    for (const each of region === undefined ? REGIONS : [region]) expect(keyOf(raw, each)).toBe(expected);
  });

  it('is idempotent in every region', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          likely.map((raw) => keyOf(raw, 'US')),
          fc.constantFrom(...accepted.map(({ key }) => key)),
        ),
        (key) => {
          fc.pre(key !== null);
          for (const region of REGIONS) expect(keyOf(key.slice(key.indexOf(':') + 1), region)).toBe(key);
        },
      ),
    );
  });

  it('throws only InvalidInput for any input [AC-44]', () => {
    fc.assert(
      fc.property(
        fc.oneof(likely, fc.anything({ maxDepth: 1 })),
        fc.string(),
        (raw, region) => void keyOf(raw, region),
      ),
    );
  });
});

describe('namespaces [AC-23]', () => {
  it('derive the namespace from the kind, and the kind from an @', () => {
    expect(parseIdentifier('+16502530000', 'US')).toMatchObject({ kind: 'phone', key: 'phone:+16502530000' });
    expect(parseIdentifier('+16502530000@example.com', 'US')).toMatchObject({
      kind: 'email',
      key: 'email:+16502530000@example.com',
    });
  });

  it('reject a key as an identifier', () => {
    for (const { key } of accepted) expect(keyOf(key, 'US')).toBeNull();
  });
});

describe('hostile lengths [AC-33] [AC-36]', () => {
  const hostile: [string, string][] = [
    ['64 kB of @', '@'.repeat(65_536)],
    ['64 kB of (a+)+', '(a+)+'.repeat(13_107)],
    ['(a+)+ around one @', `${'(a+)+'.repeat(6_000)}@${'(a+)+.'.repeat(6_000)}com`],
    ['64 kB of digits', `+${'1'.repeat(65_535)}`],
    ['64 kB of dots', `a@${'a.'.repeat(32_000)}com`],
    ['10 000 x U+FE0F', `${'\ufe0f'.repeat(10_000)}@example.com`],
    ['as long as the cap allows', `${'a.'.repeat(31)}a@${'a-'.repeat(90)}!`],
    ['phone as long as the cap allows', `+${'(1'.repeat(31)}1`],
  ];

  it.each(hostile)('reject %s quickly', (_, raw) => {
    // Use the best of three runs, because a busy machine may pause.
    const milliseconds = [1, 2, 3].map(() => {
      const start = performance.now();
      expect(keyOf(raw, 'US')).toBeNull();
      return performance.now() - start;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(50);
  });
});
