import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KeyRing } from '#platform/config';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { aDraft, hex } from '../../testing/an-attempt-draft.js';
import { KeyedAttemptSecrets } from './keyed-attempt-secrets.js';

const OLD = { kid: '0', secret: 'the-older-secret-of-this-test-suite-0' };
const NEW = { kid: 'k_2026-03_abcdef', secret: 'the-newer-secret-of-this-test-suite-1' };
const secrets = new KeyedAttemptSecrets([OLD]);
const rotated = new KeyedAttemptSecrets([NEW, OLD]);
const PRE_HASH = { kid: '0', value: createHash('sha384').update('x').digest('base64') };

describe('computeTags', () => {
  const [tag] = secrets.computeTags('mia', PRE_HASH);

  it('returns 64 hex characters, equal for the same password and identifier', () => {
    expect(secrets.computeTags('mia', { ...PRE_HASH })).toEqual([tag]);
    expect(tag).toMatch(/^[0-9a-f]{64}$/);
  });

  it('returns another tag for another password, pepper, identifier or key', () => {
    const others = [
      secrets.computeTags('mia', { ...PRE_HASH, value: `${PRE_HASH.value.slice(1)}x` })[0],
      secrets.computeTags('mia', { ...PRE_HASH, kid: '1' })[0],
      secrets.computeTags('zoe', PRE_HASH)[0],
      rotated.computeTags('mia', PRE_HASH)[0],
    ];
    expect(new Set([tag, ...others]).size).toBe(5);
  });

  it('returns a tag for every key of the ring, the writing key first', () => {
    expect(rotated.computeTags('mia', PRE_HASH)).toEqual([
      new KeyedAttemptSecrets([NEW]).computeTags('mia', PRE_HASH)[0],
      tag,
    ]);
  });

  it('does not contain its input', () => {
    expect(tag).not.toContain(Buffer.from(PRE_HASH.value, 'base64').toString('hex').slice(0, 16));
  });
});

describe('a seal', () => {
  it('opens for its attempt', () => {
    expect(secrets.open(secrets.seal(PRE_HASH, 'attempt'), 'attempt')).toEqual(PRE_HASH);
  });

  it('keeps its content unchanged', () => {
    for (const preHash of [
      { kid: 'a-b_c', value: 'with.dots.in.it' },
      { kid: '0', value: '' },
    ])
      expect(secrets.open(secrets.seal(preHash, 'a'), 'a')).toEqual(preHash);
  });

  it('differs every time and reveals nothing', () => {
    const sealed = Array.from({ length: 100 }, () => secrets.seal(PRE_HASH, 'attempt'));
    expect(new Set(sealed).size).toBe(100);
    expect(sealed.join()).not.toContain(PRE_HASH.value);
  });

  it('does not open for another attempt', () => {
    expect(() => secrets.open(secrets.seal(PRE_HASH, 'attempt'), 'another')).toThrow();
  });

  it('does not open after any bit was changed', () => {
    const sealed = secrets.seal(PRE_HASH, 'attempt');
    const [kid, content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => secrets.open(`${kid}.${changed.toString('base64url')}`, 'attempt')).toThrow();
    }
  });

  it.each(['', '.', '0', '0.', '0.AAAA', 'gone.AAAA', 'no seal'])(
    'does not open %j, and reveals no secret in the error',
    (sealed) => {
      let message = '';
      try {
        secrets.open(sealed, 'attempt');
      } catch (error) {
        message = String(error);
      }
      expect(message).not.toBe('');
      expect(message).not.toContain('secret-of');
    },
  );

  it('opens after a rotation, with the key that it names', () => {
    const before = secrets.seal(PRE_HASH, 'attempt');
    expect(rotated.open(before, 'attempt')).toEqual(PRE_HASH);
    const after = rotated.seal(PRE_HASH, 'attempt');
    expect(after.startsWith(`${NEW.kid}.`)).toBe(true);
    expect(() => secrets.open(after, 'attempt')).toThrow(/no key/);
  });
});

describe('createReference', () => {
  it('returns two unambiguous characters from the whole alphabet', () => {
    const references = Array.from({ length: 5_000 }, () => secrets.createReference());
    expect(references.every((reference) => /^[ACDEFGHJKLMNPQRTUVWXYZ234679]{2}$/.test(reference))).toBe(true);
    expect(new Set(references.join('')).size).toBe(28);
  });
});

it('does not print its keys', () => {
  const shown = inspect(rotated, { depth: 9, showHidden: true }) + JSON.stringify(rotated);
  expect(shown).not.toContain('secret-of-this-test');
});

describe('the largest attempt that is accepted', () => {
  const ring: KeyRing = [{ ...NEW, kid: 'k'.repeat(16) }];
  const attemptId = '00000000-0000-7000-8000-000000000000';
  const names = (firstName: string, lastName: string) => ({
    firstName,
    lastName,
    market: 'US',
    locale: 'en-Latn-US-oxendict',
  });
  const sizeOf = (profile: AttemptState['profile'], recipient: string) => {
    const keyed = new KeyedAttemptSecrets(ring);
    const draft = aDraft({ identifierHash: hex(), tag: hex(), attemptId, customerId: attemptId, profile, recipient });
    const sealedPreHash = keyed.seal({ ...PRE_HASH, kid: 'p'.repeat(16) }, attemptId);
    const source = 'ffff:ffff:ffff:ffff::/64';
    const times = { expiresAt: 1.8e12, askedAt: 1.8e12, codeUntil: 1.8e12, activatedAt: 0 };
    const attempt: AttemptState = { ...draft, sealedPreHash, source, decoy: true, started: true, ...times };
    return Buffer.byteLength(JSON.stringify(attempt));
  };
  const LONGEST = `${'a'.repeat(64)}@${'b.'.repeat(91)}example`;

  it('stays within a kibibyte with a typical address and typical names', () => {
    expect(
      sizeOf(names('Wilhelmina Maria', 'van der Vlierden-Ouwehand'), 'wilhelmina.van.der.vlierden@example.org'),
    ).toBeLessThan(1_024);
  });

  it.each([
    ['letters', 'ä'.repeat(150), 'ä'.repeat(150)],
    ['what JSON has to escape', '"'.repeat(200), '\\'.repeat(200)],
  ])('stays within two kibibytes with the longest address and the longest names, of %s', (_, firstName, lastName) => {
    expect(sizeOf(names(firstName, lastName), LONGEST)).toBeLessThanOrEqual(2_048);
  });
});
