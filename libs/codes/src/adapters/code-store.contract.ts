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
    const scene = new CodeStoreFixture();
    const { claim, put, attemptsLeft: left } = scene;

    beforeAll(async () => {
      scene.underTest = await open();
      [scene.store] = scene.underTest.connections;
    });
    beforeEach(() => {
      [scene.address, scene.mac] = [aCodeAddress(), randomMacHex()];
    });
    afterAll(() => scene.underTest.drop());

    codeClaimsContract(scene);
    codeRacesContract(scene);

    it('knows no code before one was put', async () => {
      expect(await claim()).toEqual(EXPIRED);
      expect(await scene.store.getStatus(scene.address, 3)).toBeNull();
      expect(await scene.store.startLifetime(scene.address, scene.mac, MINUTE)).toBe(false);
    });

    it('grants a right code, under whichever key of the ring it is right', async () => {
      await put();
      expect(
        await scene.store.claimCode(
          scene.address,
          [randomMacHex(), scene.mac, randomMacHex()],
          randomUUID(),
          CLAIM_TERMS,
        ),
      ).toEqual(GRANTED);
    });

    it('counts wrong codes down and burns the code with the third', async () => {
      await put();
      expect([await claim(randomMacHex()), await claim(randomMacHex())]).toEqual([wrongOutcome(2), wrongOutcome(1)]);
      expect(await claim(randomMacHex())).toEqual(wrongOutcome(0));
      expect([await claim(), await claim(randomMacHex())]).toEqual([EXPIRED, EXPIRED]);
      expect(await scene.store.getStatus(scene.address, 3)).toBeNull();
    });

    it('does not count a right code as a try', async () => {
      await put();
      await claim(randomMacHex());
      expect(await claim(scene.mac, 'mine')).toEqual(GRANTED);
      expect(await left()).toBe(2);
    });

    it('tells when the code dies, how many tries are left and how long it is', async () => {
      await scene.store.saveCode(scene.address, scene.mac, 8, MINUTE);
      const status = await scene.store.getStatus(scene.address, 3);
      expect(Math.abs((status?.expiresAt.getTime() ?? 0) - scene.underTest.now() - MINUTE)).toBeLessThan(1_000);
      expect(status).toMatchObject({ attemptsRemaining: 3, length: 8 });
      await claim(randomMacHex());
      expect(await left()).toBe(2);
    });

    it('lets a code die at the end of its life, whatever was tried', async () => {
      await put(SHORT_LIFE_MS);
      expect(await claim(randomMacHex(), 'before')).toEqual(wrongOutcome(2));
      await scene.underTest.pass(SHORT_LIFE_MS);
      expect([await claim(), await scene.store.getStatus(scene.address, 3)]).toEqual([EXPIRED, null]);
      expect(await claim(randomMacHex(), 'before'), 'a repeat').toEqual(wrongOutcome(2));
    });

    it('starts the minute of a code that is still there, and of no other', async () => {
      await put(SHORT_LIFE_MS);
      expect(await scene.store.startLifetime(scene.address, randomMacHex(), MINUTE)).toBe(false);
      expect(await scene.store.startLifetime(scene.address, scene.mac, MINUTE)).toBe(true);
      await scene.underTest.pass(SHORT_LIFE_MS);
      expect(await claim()).toEqual(GRANTED);
    });

    it('shortens a life when the minute starts', async () => {
      await put();
      expect(await scene.store.startLifetime(scene.address, scene.mac, SHORT_LIFE_MS)).toBe(true);
      await scene.underTest.pass(SHORT_LIFE_MS);
      expect(await claim()).toEqual(EXPIRED);
    });

    it('keeps the count of tries when the minute starts', async () => {
      await put();
      await claim(randomMacHex());
      await scene.store.startLifetime(scene.address, scene.mac, MINUTE);
      expect(await claim(randomMacHex())).toEqual(wrongOutcome(1));
    });

    it('INV-02 does not bring a burnt code back to life when its message is accepted', async () => {
      await put();
      for (const typed of [randomMacHex(), randomMacHex(), randomMacHex()]) await claim(typed);
      await scene.store.startLifetime(scene.address, scene.mac, MINUTE);
      expect(await scene.store.getStatus(scene.address, 3)).toBeNull();
      expect([await claim(randomMacHex()), await claim()]).toEqual([EXPIRED, EXPIRED]);
    });

    it('puts a new code in the place of the old one, with its tries, its claim and its repeats', async () => {
      await put();
      await claim(randomMacHex(), 'wrong');
      await claim(scene.mac, 'holder');
      const old = scene.mac;
      scene.mac = randomMacHex();
      await put();
      expect(await left()).toBe(3);
      expect(await scene.store.startLifetime(scene.address, old, MINUTE)).toBe(false);
      expect(await claim(old, 'wrong')).toEqual(wrongOutcome(2));
      await scene.store.releaseClaim(scene.address, 'holder');
      expect(await claim(scene.mac, 'other')).toEqual(GRANTED);
    });

    it('removes whichever code is there', async () => {
      await put();
      await scene.store.deleteCode(scene.address);
      expect(await claim()).toEqual(EXPIRED);
      await scene.store.deleteCode(scene.address);
    });

    describe('a code whose message is tried again', () => {
      const status = () => scene.store.getStatus(scene.address, CLAIM_TERMS.maxTries);

      it('gives its place, its life and its tries to another, and is dead itself [AC-62]', async () => {
        await put();
        await claim(randomMacHex());
        const [before, other] = [await status(), randomMacHex()];
        expect(await scene.store.replaceMac(scene.address, scene.mac, other, null)).toBe(true);
        expect(await status()).toEqual(before);
        expect(await claim()).toEqual(wrongOutcome(1));
        expect(await claim(other)).toEqual(GRANTED);
      });

      it('starts its minute when its message is accepted, also after the life it showed [AC-62]', async () => {
        await scene.store.saveCode(scene.address, scene.mac, 4, SHORT_LIFE_MS, MINUTE);
        await scene.underTest.pass(SHORT_LIFE_MS);
        expect([await claim(), await status()]).toEqual([EXPIRED, null]);
        expect(await scene.store.startLifetime(scene.address, scene.mac, MINUTE)).toBe(true);
        expect(await claim()).toEqual(GRANTED);
      });

      it('is accepted no later than was said, and the other as long again [AC-62]', async () => {
        await scene.store.saveCode(scene.address, scene.mac, 4, MINUTE, SHORT_LIFE_MS);
        const other = randomMacHex();
        expect(await scene.store.replaceMac(scene.address, scene.mac, other, 2 * SHORT_LIFE_MS)).toBe(true);
        await scene.underTest.pass(SHORT_LIFE_MS);
        expect(await scene.store.startLifetime(scene.address, other, MINUTE)).toBe(true);
        await scene.underTest.pass(SHORT_LIFE_MS);
        expect(await scene.store.startLifetime(scene.address, other, MINUTE)).toBe(false);
        expect(await scene.store.replaceMac(scene.address, other, randomMacHex(), MINUTE)).toBe(false);
        expect(await claim(other), 'it lives all the same').toEqual(GRANTED);
      });

      it('keeps its claim, so that what was granted can be done [AC-62]', async () => {
        await put();
        await claim(scene.mac, 'holder');
        await scene.store.replaceMac(scene.address, scene.mac, randomMacHex(), null);
        expect(await claim(scene.mac, 'other')).toEqual(BUSY);
        expect(await claim(scene.mac, 'holder')).toEqual(GRANTED);
      });

      it('is not brought back once it is burnt, replaced or gone [AC-62]', async () => {
        await scene.store.saveCode(scene.address, scene.mac, 4, MINUTE, MINUTE);
        expect(await scene.store.replaceMac(scene.address, randomMacHex(), randomMacHex(), MINUTE)).toBe(false);
        for (const typed of [randomMacHex(), randomMacHex(), randomMacHex()]) await claim(typed);
        expect(await scene.store.replaceMac(scene.address, scene.mac, randomMacHex(), MINUTE)).toBe(false);
        expect([await status(), await claim()]).toEqual([null, EXPIRED]);
        await scene.store.deleteCode(scene.address);
        expect(await scene.store.replaceMac(scene.address, scene.mac, randomMacHex(), MINUTE)).toBe(false);
      });
    });

    it('AC-32 keeps codes of other subjects and identifiers apart', async () => {
      const others = [
        { ...scene.address, subject: randomUUID() },
        { ...scene.address, identifierHash: randomMacHex() },
      ];
      await put();
      for (const other of others) {
        expect(await scene.store.claimCode(other, [scene.mac], randomUUID(), CLAIM_TERMS)).toEqual(EXPIRED);
        await scene.store.saveCode(other, randomMacHex(), 4, MINUTE);
        expect(await scene.store.claimCode(other, [scene.mac], randomUUID(), CLAIM_TERMS)).toEqual(wrongOutcome(2));
      }
      expect(await left()).toBe(3);
      expect(await claim()).toEqual(GRANTED);
    });
  });
}
