import { describe, expect, it } from 'vitest';
import {
  BUSY,
  type CodeStoreFixture,
  EXPIRED,
  GRANTED,
  MINUTE,
  randomMacHex,
  SHORT_LIFE_MS,
  wrongOutcome,
} from '../testing/code-store-fixture.js';

/** Contract for claims and repeated requests. */
export function codeClaimsContract(fixture: CodeStoreFixture): void {
  const { claim, put, attemptsLeft } = fixture;

  describe('the same request again', () => {
    it('returns the same outcome and is not counted twice', async () => {
      await put();
      expect([await claim(randomMacHex(), 'once'), await claim(fixture.mac, 'once')]).toEqual([
        wrongOutcome(2),
        wrongOutcome(2),
      ]);
      expect(await attemptsLeft()).toBe(2);
    });

    it('keeps its claim', async () => {
      await put();
      expect([await claim(fixture.mac, 'mine'), await claim(fixture.mac, 'mine')]).toEqual([GRANTED, GRANTED]);
      expect(await claim(fixture.mac, 'other')).toEqual(BUSY);
    });

    it('returns the outcome of the try that invalidated the code', async () => {
      await put();
      await claim(randomMacHex());
      await claim(randomMacHex());
      expect([await claim(randomMacHex(), 'third'), await claim(randomMacHex(), 'third')]).toEqual([
        wrongOutcome(0),
        wrongOutcome(0),
      ]);
    });

    it('is evaluated again when it was busy before', async () => {
      await put();
      await claim(fixture.mac, 'holder');
      expect(await claim(fixture.mac, 'waiting')).toEqual(BUSY);
      await fixture.store.releaseClaim(fixture.address, 'holder');
      expect(await claim(fixture.mac, 'waiting')).toEqual(GRANTED);
    });
  });

  describe('a claim', () => {
    it('makes other requests busy without counting them', async () => {
      await put();
      await claim(fixture.mac, 'holder');
      expect([await claim(), await claim(randomMacHex())]).toEqual([BUSY, BUSY]);
      expect(await attemptsLeft()).toBe(3);
    });

    it('lapses after its hold time', async () => {
      await put();
      await claim(fixture.mac, 'crashed', { holdMs: SHORT_LIFE_MS });
      expect(await claim(fixture.mac, 'other')).toEqual(BUSY);
      await fixture.underTest.pass(SHORT_LIFE_MS);
      expect(await claim(fixture.mac, 'other')).toEqual(GRANTED);
    });

    it('is released by its holder only', async () => {
      await put();
      await claim(fixture.mac, 'holder');
      await fixture.store.releaseClaim(fixture.address, 'stranger');
      expect(await claim(fixture.mac, 'other')).toEqual(BUSY);
      await fixture.store.releaseClaim(fixture.address, 'holder');
      expect(await attemptsLeft()).toBe(3);
      expect(await claim(fixture.mac, 'holder')).toEqual(GRANTED);
    });

    it('keeps a correctly typed code valid for its grace period after a server failure', async () => {
      await put(SHORT_LIFE_MS);
      await claim(fixture.mac, 'holder');
      await fixture.underTest.pass(SHORT_LIFE_MS);
      await fixture.store.releaseClaim(fixture.address, 'holder');
      expect(await claim(fixture.mac, 'again')).toEqual(GRANTED);
      const status = await fixture.store.getStatus(fixture.address, 3);
      expect((status?.expiresAt.getTime() ?? 0) - fixture.underTest.now()).toBeLessThanOrEqual(MINUTE);
    });

    it('never shortens a lifetime', async () => {
      await put(MINUTE);
      await claim(fixture.mac, 'holder', { graceMs: 1 });
      const status = await fixture.store.getStatus(fixture.address, 3);
      expect((status?.expiresAt.getTime() ?? 0) - fixture.underTest.now()).toBeGreaterThan(MINUTE - 1_000);
    });

    it('keeps the grace period unchanged after a later wrong code', async () => {
      await put(SHORT_LIFE_MS);
      await claim(fixture.mac, 'holder', { graceMs: 2 * SHORT_LIFE_MS });
      await fixture.store.releaseClaim(fixture.address, 'holder');
      expect(await claim(randomMacHex())).toEqual(wrongOutcome(2));
      await fixture.underTest.pass(2 * SHORT_LIFE_MS);
      expect(await claim()).toEqual(EXPIRED);
    });
  });
}
