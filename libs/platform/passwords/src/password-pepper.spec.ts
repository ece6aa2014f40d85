import { inspect } from 'node:util';
import bcrypt from 'bcrypt';
import { describe, expect, it } from 'vitest';
import type { HashTicket } from '#kernel';
import { PasswordPepper } from './password-pepper.js';
import { InlinePasswordHasher } from './testing/inline-password-hasher.js';

const OLD = { kid: '0', secret: 'the-first-pepper-of-this-test-suite-0' };
const NEW = { kid: '2026', secret: 'another-pepper-of-this-test-suite-001' };
const pepper = new PasswordPepper([NEW, OLD]);
const hasher = new InlinePasswordHasher();
const LOGIN: HashTicket = { priority: 'login', source: '192.0.2.1', customerId: null };
const ACTIVATION: HashTicket = { ...LOGIN, priority: 'activation' };

/** Whether the second password matches the stored form of the first. */
type Opens = (stored: string, given: string) => Promise<boolean>;
const peppered: Opens = async (stored, given) =>
  hasher.verify(pepper.preHash(given), await hasher.hash(pepper.preHash(stored), ACTIVATION), LOGIN);
const naive: Opens = async (stored, given) => bcrypt.compare(given, await bcrypt.hash(stored, 4));

const PREFIX = 'a'.repeat(72);
const EUROS = '€'.repeat(24);
const NFC = 'Pässwörter';
const NFD = NFC.normalize('NFD');

describe('a password', () => {
  it.each([
    ['72 bytes', `${PREFIX}tail`, `${PREFIX}other`],
    ['72 bytes in 24 characters', `${EUROS}tail`, `${EUROS}other`],
    ['a NUL', 'before\0after', 'before\0other'],
    ['nothing but its case', 'Secret', 'secret'],
  ])('differs when it differs only after %s', async (_, stored, given) => {
    expect(await peppered(stored, stored)).toBe(true);
    expect(await peppered(stored, given)).toBe(false);
  });

  it('is the same in both Unicode spellings', async () => {
    expect(NFD).not.toBe(NFC);
    expect(await peppered(NFC, NFD)).toBe(true);
    expect(await peppered(NFD, NFC)).toBe(true);
  });

  it('could be mistaken by bcrypt without a pre-hash', async () => {
    expect(await naive(`${PREFIX}tail`, `${PREFIX}other`)).toBe(true);
    expect(await naive(`${EUROS}tail`, `${EUROS}other`)).toBe(true);
    expect(await naive(NFC, NFD)).toBe(false);
  });
});

describe('PasswordPepper', () => {
  it('returns the base64 of the HMAC-SHA-384 of the NFC form, 64 characters', () => {
    // printf 'P\xc3\xa4ssw\xc3\xb6rter' | openssl dgst -sha384 -hmac "$secret" -binary | base64
    expect(pepper.preHash(NFD)).toBe('aaKsbZNMk6xlA3x4bwcDaSyMtjW6SG50UR8AeyLvS/7dTeB1DcPozViZfcJXhuma');
    expect(pepper.preHash('x'.repeat(512))).toMatch(/^[A-Za-z0-9+/]{64}$/);
  });

  it('writes with the first key and reads with all', () => {
    const before = new PasswordPepper([OLD]);
    const [written, ...others] = pepper.preHashes('secret');
    expect(written).toEqual({ kid: '2026', value: pepper.preHash('secret') });
    expect(others).toEqual([{ kid: '0', value: before.preHash('secret') }]);
    expect(others[0]?.value).not.toBe(written.value);
  });

  it('rejects a lone surrogate, and accepts a pair', () => {
    expect(() => pepper.preHash('x\ud800y')).toThrow(TypeError);
    expect(() => pepper.preHashes('x\udfffy')).toThrow(TypeError);
    expect(pepper.preHash('x😀y')).toHaveLength(64);
  });

  it('stores the scheme and the key id', async () => {
    const hash = await hasher.hash(pepper.preHash('secret'), ACTIVATION);
    const stored = pepper.encode('2026', hash);
    expect(stored).toBe(`v2$2026$${hash}`);
    expect(pepper.decode(stored)).toEqual({ kid: '2026', hash });
  });

  it.each(['', '$2b$12$abc', 'v1$0$abc', 'v2$0', 'v2$0$', 'v2$$abc', 'xv2$0$abc', 'v2$ü$abc'])(
    'does not parse %j',
    (stored) => {
      expect(pepper.decode(stored)).toBeUndefined();
    },
  );

  it('does not expose its secrets', () => {
    expect(inspect(pepper, { depth: 9, showHidden: true }) + JSON.stringify(pepper)).not.toContain('pepper-of-this');
  });
});
