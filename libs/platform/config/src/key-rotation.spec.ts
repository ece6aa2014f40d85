import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type KeyRotationStep, planKeyRotation } from './key-rotation.js';
import { generateSigningKey, type SigningJwk } from './signing-key.js';

const START = new Date('2026-11-20T12:00:00Z');
const minutesOn = (minutes: number) => new Date(START.getTime() + minutes * 60_000);
const OLD = generateSigningKey(new Date('2026-01-01T00:00:00Z'));

const keysAfter = (rotation: KeyRotationStep): readonly SigningJwk[] => {
  if (rotation.did === 'nothing') throw new Error(`nothing was done: ${rotation.why}`);
  return rotation.keys;
};
const kids = (keys: readonly SigningJwk[]) => keys.map(({ kid }) => kid);

describe('key rotation', () => {
  const published = planKeyRotation([OLD], START);
  const [, fresh] = keysAfter(published) as [SigningJwk, SigningJwk];
  const signing = planKeyRotation(keysAfter(published), minutesOn(10));
  const dropped = planKeyRotation(keysAfter(signing), minutesOn(30));

  it('publishes a new key of the same algorithm behind a single key', () => {
    expect(published).toMatchObject({ did: 'publish', kid: fresh.kid, next: minutesOn(10) });
    expect(kids(keysAfter(published))).toEqual([OLD.kid, fresh.kid]);
    expect(fresh).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', iat: START.getTime() / 1000 });
    const [, other] = keysAfter(planKeyRotation([generateSigningKey(START, 'ES256')], START));
    expect(other).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256' });
    expect(createPrivateKey({ key: other ?? {}, format: 'jwk' }).type).toBe('private');
  });

  it('does not sign with a published key before every client can know it', () => {
    const early = { did: 'nothing', why: 'too_early', waitsFor: 'sign', next: minutesOn(10) };
    for (const minutes of [0, 5, 9.99])
      expect(planKeyRotation(keysAfter(published), minutesOn(minutes))).toEqual(early);
    expect(signing).toMatchObject({ did: 'sign', kid: fresh.kid, next: minutesOn(30) });
    expect(kids(keysAfter(signing))).toEqual([fresh.kid, OLD.kid]);
  });

  it('keeps a key that no longer signs until its last token has expired', () => {
    const early = { did: 'nothing', why: 'too_early', waitsFor: 'drop', next: minutesOn(30) };
    for (const minutes of [10, 25, 29.99])
      expect(planKeyRotation(keysAfter(signing), minutesOn(minutes))).toEqual(early);
    expect(dropped).toEqual({ did: 'drop', kid: OLD.kid, keys: [fresh] });
    expect(planKeyRotation(keysAfter(dropped), minutesOn(31)).did).toBe('publish');
  });

  it('rotates a first key of unknown age', () => {
    const { iat: _, ...ageless } = OLD;
    const first = planKeyRotation([ageless], START);
    expect(first.did).toBe('publish');
    expect(planKeyRotation(keysAfter(first), minutesOn(10)).did).toBe('sign');
  });

  it('does nothing for a second key of unknown age', () => {
    const { iat: _, ...ageless } = generateSigningKey(START);
    expect(planKeyRotation([OLD, ageless], minutesOn(60))).toEqual({
      did: 'nothing',
      why: 'unknown_age',
      kid: ageless.kid,
    });
  });

  it('starts the waiting period now for an older key that was put behind the signing key by hand', () => {
    const moved = planKeyRotation([fresh, OLD], minutesOn(60));
    expect(moved).toMatchObject({ did: 'sign', kid: fresh.kid, next: minutesOn(80) });
    expect(planKeyRotation(keysAfter(moved), minutesOn(79))).toMatchObject({ why: 'too_early', waitsFor: 'drop' });
    expect(planKeyRotation(keysAfter(moved), minutesOn(80))).toMatchObject({ did: 'drop', kid: OLD.kid });
  });

  it('never drops or replaces a key that a live token may need, however often it is called', () => {
    let keys: readonly SigningJwk[] = [OLD];
    const signedUntil = new Map<string, number>();
    const publishedAt = new Map<string, number>([[OLD.kid, -60]]);
    for (let minute = 0; minute < 300; minute++) {
      const [first] = keys as [SigningJwk];
      signedUntil.set(first.kid, minute);
      const rotation = planKeyRotation(keys, minutesOn(minute));
      if (rotation.did === 'nothing') continue;
      keys = rotation.keys;
      for (const { kid } of keys) if (!publishedAt.has(kid)) publishedAt.set(kid, minute);
      expect(minute - (publishedAt.get(keys[0]?.kid ?? '') ?? minute)).toBeGreaterThanOrEqual(10);
      for (const [kid, until] of signedUntil) if (minute - until < 20) expect(kids(keys)).toContain(kid);
    }
    expect(signedUntil.size).toBeGreaterThan(5);
  });
});
