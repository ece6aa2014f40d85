import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aCodeAddress,
  BUSY,
  CLAIM_TERMS,
  CodeStoreFixture,
  type CodeStoreUnderTest,
  EXPIRED,
  GRANTED,
  MINUTE,
  randomMacHex,
  SHORT_LIFE_MS,
  wrongOutcome,
} from '../testing/code-store-fixture.js';
import { codeClaimsContract } from './code-store.claims.contract.js';
import { codeRacesContract } from './code-store.races.contract.js';

/** What every `CodeStore` must do. */
export function codeStoreContract(name: string, open: () => Promise<CodeStoreUnderTest>): void {
  describe(`${name} is a CodeStore`, () => {
    const fixture = new CodeStoreFixture();
    const { claim, put, attemptsLeft } = fixture;

    beforeAll(async () => {
      fixture.underTest = await open();
      [fixture.store] = fixture.underTest.connections;
    });
    beforeEach(() => {
      [fixture.address, fixture.mac] = [aCodeAddress(), randomMacHex()];
    });
    afterAll(() => fixture.underTest.drop());

    codeClaimsContract(fixture);
    codeRacesContract(fixture);

    it('finds no code before one is saved', async () => {
      expect(await claim()).toEqual(EXPIRED);
      expect(await fixture.store.getStatus(fixture.address, 3)).toBeNull();
      expect(await fixture.store.startLifetime(fixture.address, fixture.mac, MINUTE)).toBe(false);
    });

    it('grants a correct code under any key of the ring', async () => {
      await put();
      expect(
        await fixture.store.claimCode(
          fixture.address,
          [randomMacHex(), fixture.mac, randomMacHex()],
          randomUUID(),
          CLAIM_TERMS,
        ),
      ).toEqual(GRANTED);
    });

    it('counts wrong codes and invalidates the code with the third', async () => {
      await put();
      expect([await claim(randomMacHex()), await claim(randomMacHex())]).toEqual([wrongOutcome(2), wrongOutcome(1)]);
      expect(await claim(randomMacHex())).toEqual(wrongOutcome(0));
      expect([await claim(), await claim(randomMacHex())]).toEqual([EXPIRED, EXPIRED]);
      expect(await fixture.store.getStatus(fixture.address, 3)).toBeNull();
    });

    it('does not count a correct code as a try', async () => {
      await put();
      await claim(randomMacHex());
      expect(await claim(fixture.mac, 'mine')).toEqual(GRANTED);
      expect(await attemptsLeft()).toBe(2);
    });

    it('returns expiry, remaining tries and length of a code', async () => {
      await fixture.store.saveCode(fixture.address, fixture.mac, 8, MINUTE);
      const status = await fixture.store.getStatus(fixture.address, 3);
      expect(Math.abs((status?.expiresAt.getTime() ?? 0) - fixture.underTest.now() - MINUTE)).toBeLessThan(1_000);
      expect(status).toMatchObject({ attemptsRemaining: 3, length: 8 });
      await claim(randomMacHex());
      expect(await attemptsLeft()).toBe(2);
    });

    it('expires a code at the end of its lifetime, whatever was tried', async () => {
      await put(SHORT_LIFE_MS);
      expect(await claim(randomMacHex(), 'before')).toEqual(wrongOutcome(2));
      await fixture.underTest.pass(SHORT_LIFE_MS);
      expect([await claim(), await fixture.store.getStatus(fixture.address, 3)]).toEqual([EXPIRED, null]);
      expect(await claim(randomMacHex(), 'before'), 'a repeat').toEqual(wrongOutcome(2));
    });

    it('starts the lifetime of the current code only', async () => {
      await put(SHORT_LIFE_MS);
      expect(await fixture.store.startLifetime(fixture.address, randomMacHex(), MINUTE)).toBe(false);
      expect(await fixture.store.startLifetime(fixture.address, fixture.mac, MINUTE)).toBe(true);
      await fixture.underTest.pass(SHORT_LIFE_MS);
      expect(await claim()).toEqual(GRANTED);
    });

    it('shortens a longer lifetime when the minute starts', async () => {
      await put();
      expect(await fixture.store.startLifetime(fixture.address, fixture.mac, SHORT_LIFE_MS)).toBe(true);
      await fixture.underTest.pass(SHORT_LIFE_MS);
      expect(await claim()).toEqual(EXPIRED);
    });

    it('keeps the count of tries when the minute starts', async () => {
      await put();
      await claim(randomMacHex());
      await fixture.store.startLifetime(fixture.address, fixture.mac, MINUTE);
      expect(await claim(randomMacHex())).toEqual(wrongOutcome(1));
    });

    it('does not revive an invalidated code when its message is accepted [INV-02]', async () => {
      await put();
      for (const typed of [randomMacHex(), randomMacHex(), randomMacHex()]) await claim(typed);
      await fixture.store.startLifetime(fixture.address, fixture.mac, MINUTE);
      expect(await fixture.store.getStatus(fixture.address, 3)).toBeNull();
      expect([await claim(randomMacHex()), await claim()]).toEqual([EXPIRED, EXPIRED]);
    });

    it('replaces the old code together with its tries, claim and stored outcomes', async () => {
      await put();
      await claim(randomMacHex(), 'wrong');
      await claim(fixture.mac, 'holder');
      const old = fixture.mac;
      fixture.mac = randomMacHex();
      await put();
      expect(await attemptsLeft()).toBe(3);
      expect(await fixture.store.startLifetime(fixture.address, old, MINUTE)).toBe(false);
      expect(await claim(old, 'wrong')).toEqual(wrongOutcome(2));
      await fixture.store.releaseClaim(fixture.address, 'holder');
      expect(await claim(fixture.mac, 'other')).toEqual(GRANTED);
    });

    it('deletes any current code', async () => {
      await put();
      await fixture.store.deleteCode(fixture.address);
      expect(await claim()).toEqual(EXPIRED);
      await fixture.store.deleteCode(fixture.address);
    });

    describe('a code whose message is tried again', () => {
      const status = () => fixture.store.getStatus(fixture.address, CLAIM_TERMS.maxTries);

      it('passes its lifetime and tries to its replacement and expires [AC-62]', async () => {
        await put();
        await claim(randomMacHex());
        const [before, other] = [await status(), randomMacHex()];
        expect(await fixture.store.replaceMac(fixture.address, fixture.mac, other, null)).toBe(true);
        expect(await status()).toEqual(before);
        expect(await claim()).toEqual(wrongOutcome(1));
        expect(await claim(other)).toEqual(GRANTED);
      });

      it('starts its minute when its message is accepted, even after its shown lifetime [AC-62]', async () => {
        await fixture.store.saveCode(fixture.address, fixture.mac, 4, SHORT_LIFE_MS, MINUTE);
        await fixture.underTest.pass(SHORT_LIFE_MS);
        expect([await claim(), await status()]).toEqual([EXPIRED, null]);
        expect(await fixture.store.startLifetime(fixture.address, fixture.mac, MINUTE)).toBe(true);
        expect(await claim()).toEqual(GRANTED);
      });

      it('can be accepted until its limit, and its replacement until a new limit [AC-62]', async () => {
        await fixture.store.saveCode(fixture.address, fixture.mac, 4, MINUTE, SHORT_LIFE_MS);
        const other = randomMacHex();
        expect(await fixture.store.replaceMac(fixture.address, fixture.mac, other, 2 * SHORT_LIFE_MS)).toBe(true);
        await fixture.underTest.pass(SHORT_LIFE_MS);
        expect(await fixture.store.startLifetime(fixture.address, other, MINUTE)).toBe(true);
        await fixture.underTest.pass(SHORT_LIFE_MS);
        expect(await fixture.store.startLifetime(fixture.address, other, MINUTE)).toBe(false);
        expect(await fixture.store.replaceMac(fixture.address, other, randomMacHex(), MINUTE)).toBe(false);
        expect(await claim(other), 'it lives all the same').toEqual(GRANTED);
      });

      it('keeps its claim, so that a granted operation can complete [AC-62]', async () => {
        await put();
        await claim(fixture.mac, 'holder');
        await fixture.store.replaceMac(fixture.address, fixture.mac, randomMacHex(), null);
        expect(await claim(fixture.mac, 'other')).toEqual(BUSY);
        expect(await claim(fixture.mac, 'holder')).toEqual(GRANTED);
      });

      it('is not revived once it is invalidated, replaced or deleted [AC-62]', async () => {
        await fixture.store.saveCode(fixture.address, fixture.mac, 4, MINUTE, MINUTE);
        expect(await fixture.store.replaceMac(fixture.address, randomMacHex(), randomMacHex(), MINUTE)).toBe(false);
        for (const typed of [randomMacHex(), randomMacHex(), randomMacHex()]) await claim(typed);
        expect(await fixture.store.replaceMac(fixture.address, fixture.mac, randomMacHex(), MINUTE)).toBe(false);
        expect([await status(), await claim()]).toEqual([null, EXPIRED]);
        await fixture.store.deleteCode(fixture.address);
        expect(await fixture.store.replaceMac(fixture.address, fixture.mac, randomMacHex(), MINUTE)).toBe(false);
      });
    });

    it('keeps codes of other subjects and identifiers separate [AC-32]', async () => {
      const others = [
        { ...fixture.address, subject: randomUUID() },
        { ...fixture.address, identifierHash: randomMacHex() },
      ];
      await put();
      for (const other of others) {
        expect(await fixture.store.claimCode(other, [fixture.mac], randomUUID(), CLAIM_TERMS)).toEqual(EXPIRED);
        await fixture.store.saveCode(other, randomMacHex(), 4, MINUTE);
        expect(await fixture.store.claimCode(other, [fixture.mac], randomUUID(), CLAIM_TERMS)).toEqual(wrongOutcome(2));
      }
      expect(await attemptsLeft()).toBe(3);
      expect(await claim()).toEqual(GRANTED);
    });
  });
}
