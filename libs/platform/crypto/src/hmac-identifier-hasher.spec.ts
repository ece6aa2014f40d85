import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { KeyRing, Secrets } from '#platform/config';
import { HmacIdentifierHasher } from './hmac-identifier-hasher.js';

const NEW = { kid: '1', secret: 'the-newer-secret-of-this-test-suite-1' };
const OLD = { kid: '0', secret: 'the-older-secret-of-this-test-suite-0' };
const hasherOf = (...identifier: KeyRing) => new HmacIdentifierHasher({ identifier } as unknown as Secrets);
const MIA = parseIdentifier('Mia@Example.org', 'US');

describe('HmacIdentifierHasher', () => {
  it('returns the HMAC-SHA-256 of the canonical identifier as 64 lower-case hex characters', () => {
    const expected = createHmac('sha256', NEW.secret).update('email:mia@example.org').digest('hex');
    expect(hasherOf(NEW).hash(MIA)).toBe(expected);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
  });

  it('hashes every spelling alike, and every other identifier differently [INV-15]', () => {
    const hasher = hasherOf(NEW);
    expect(hasher.hash(parseIdentifier('MIA@example.ORG', 'BR'))).toBe(hasher.hash(MIA));
    const phones = ['(650) 253-0000', '+1 650 253 0000', '001 650.253.0000'];
    expect(new Set(phones.map((phone) => hasher.hash(parseIdentifier(phone, 'US')))).size).toBe(1);
    const others = ['zoe@example.org', 'mia@example.com', '+16502530000'].map((text) => parseIdentifier(text, 'US'));
    expect(new Set([MIA, ...others].map((identifier) => hasher.hash(identifier))).size).toBe(4);
  });

  it('writes under the first key of the ring and looks up under all', () => {
    expect(hasherOf(NEW, OLD).candidates(MIA)).toEqual([hasherOf(NEW).hash(MIA), hasherOf(OLD).hash(MIA)]);
    expect(hasherOf(NEW, OLD).hash(MIA)).toBe(hasherOf(NEW).hash(MIA));
  });
});
