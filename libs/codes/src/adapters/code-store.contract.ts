import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anAddress,
  BUSY,
  CodeScene,
  type CodeStoreUnderTest,
  EXPIRED,
  GRANTED,
  hex,
  MINUTE,
  SHORT,
  TERMS,
  wrong,
} from '../testing/code-scene.js';
import { claimsContract } from './code-store.claims.contract.js';
import { codeRacesContract } from './code-store.races.contract.js';

/** What every `CodeStore` must do. */
export function codeStoreContract(name: string, open: () => Promise<CodeStoreUnderTest>): void {
  describe(`${name} is a CodeStore`, () => {
    const scene = new CodeScene();
    const { claim, put, left } = scene;

    beforeAll(async () => {
      scene.under = await open();
      [scene.store] = scene.under.connections;
    });
    beforeEach(() => {
      [scene.address, scene.mac] = [anAddress(), hex()];
    });
    afterAll(() => scene.under.drop());

    claimsContract(scene);
    codeRacesContract(scene);

    it('knows no code before one was put', async () => {
      expect(await claim()).toEqual(EXPIRED);
      expect(await scene.store.status(scene.address, 3)).toBeNull();
      expect(await scene.store.restart(scene.address, scene.mac, MINUTE)).toBe(false);
    });

    it('grants a right code, under whichever key of the ring it is right', async () => {
      await put();
      expect(await scene.store.claim(scene.address, [hex(), scene.mac, hex()], randomUUID(), TERMS)).toEqual(GRANTED);
    });

    it('counts wrong codes down and burns the code with the third', async () => {
      await put();
      expect([await claim(hex()), await claim(hex())]).toEqual([wrong(2), wrong(1)]);
      expect(await claim(hex())).toEqual(wrong(0));
      expect([await claim(), await claim(hex())]).toEqual([EXPIRED, EXPIRED]);
      expect(await scene.store.status(scene.address, 3)).toBeNull();
    });

    it('does not count a right code as a try', async () => {
      await put();
      await claim(hex());
      expect(await claim(scene.mac, 'mine')).toEqual(GRANTED);
      expect(await left()).toBe(2);
    });

    it('tells when the code dies, how many tries are left and how long it is', async () => {
      await scene.store.put(scene.address, scene.mac, 8, MINUTE);
      const status = await scene.store.status(scene.address, 3);
      expect(Math.abs((status?.expiresAt.getTime() ?? 0) - scene.under.now() - MINUTE)).toBeLessThan(1_000);
      expect(status).toMatchObject({ attemptsRemaining: 3, length: 8 });
      await claim(hex());
      expect(await left()).toBe(2);
    });

    it('lets a code die at the end of its life, whatever was tried', async () => {
      await put(SHORT);
      expect(await claim(hex(), 'before')).toEqual(wrong(2));
      await scene.under.pass(SHORT);
      expect([await claim(), await scene.store.status(scene.address, 3)]).toEqual([EXPIRED, null]);
      expect(await claim(hex(), 'before'), 'a repeat').toEqual(wrong(2));
    });

    it('starts the minute of a code that is still there, and of no other', async () => {
      await put(SHORT);
      expect(await scene.store.restart(scene.address, hex(), MINUTE)).toBe(false);
      expect(await scene.store.restart(scene.address, scene.mac, MINUTE)).toBe(true);
      await scene.under.pass(SHORT);
      expect(await claim()).toEqual(GRANTED);
    });

    it('shortens a life when the minute starts', async () => {
      await put();
      expect(await scene.store.restart(scene.address, scene.mac, SHORT)).toBe(true);
      await scene.under.pass(SHORT);
      expect(await claim()).toEqual(EXPIRED);
    });

    it('keeps the count of tries when the minute starts', async () => {
      await put();
      await claim(hex());
      await scene.store.restart(scene.address, scene.mac, MINUTE);
      expect(await claim(hex())).toEqual(wrong(1));
    });

    it('INV-02 does not bring a burnt code back to life when its message is accepted', async () => {
      await put();
      for (const typed of [hex(), hex(), hex()]) await claim(typed);
      await scene.store.restart(scene.address, scene.mac, MINUTE);
      expect(await scene.store.status(scene.address, 3)).toBeNull();
      expect([await claim(hex()), await claim()]).toEqual([EXPIRED, EXPIRED]);
    });

    it('puts a new code in the place of the old one, with its tries, its claim and its repeats', async () => {
      await put();
      await claim(hex(), 'wrong');
      await claim(scene.mac, 'holder');
      const old = scene.mac;
      scene.mac = hex();
      await put();
      expect(await left()).toBe(3);
      expect(await scene.store.restart(scene.address, old, MINUTE)).toBe(false);
      expect(await claim(old, 'wrong')).toEqual(wrong(2));
      await scene.store.release(scene.address, 'holder');
      expect(await claim(scene.mac, 'other')).toEqual(GRANTED);
    });

    it('removes whichever code is there', async () => {
      await put();
      await scene.store.remove(scene.address);
      expect(await claim()).toEqual(EXPIRED);
      await scene.store.remove(scene.address);
    });

    describe('a code whose message is tried again', () => {
      const status = () => scene.store.status(scene.address, TERMS.maxTries);

      it('gives its place, its life and its tries to another, and is dead itself [AC-62]', async () => {
        await put();
        await claim(hex());
        const [before, other] = [await status(), hex()];
        expect(await scene.store.swap(scene.address, scene.mac, other, null)).toBe(true);
        expect(await status()).toEqual(before);
        expect(await claim()).toEqual(wrong(1));
        expect(await claim(other)).toEqual(GRANTED);
      });

      it('starts its minute when its message is accepted, also after the life it showed [AC-62]', async () => {
        await scene.store.put(scene.address, scene.mac, 4, SHORT, MINUTE);
        await scene.under.pass(SHORT);
        expect([await claim(), await status()]).toEqual([EXPIRED, null]);
        expect(await scene.store.restart(scene.address, scene.mac, MINUTE)).toBe(true);
        expect(await claim()).toEqual(GRANTED);
      });

      it('is accepted no later than was said, and the other as long again [AC-62]', async () => {
        await scene.store.put(scene.address, scene.mac, 4, MINUTE, SHORT);
        const other = hex();
        expect(await scene.store.swap(scene.address, scene.mac, other, 2 * SHORT)).toBe(true);
        await scene.under.pass(SHORT);
        expect(await scene.store.restart(scene.address, other, MINUTE)).toBe(true);
        await scene.under.pass(SHORT);
        expect(await scene.store.restart(scene.address, other, MINUTE)).toBe(false);
        expect(await scene.store.swap(scene.address, other, hex(), MINUTE)).toBe(false);
        expect(await claim(other), 'it lives all the same').toEqual(GRANTED);
      });

      it('keeps its claim, so that what was granted can be done [AC-62]', async () => {
        await put();
        await claim(scene.mac, 'holder');
        await scene.store.swap(scene.address, scene.mac, hex(), null);
        expect(await claim(scene.mac, 'other')).toEqual(BUSY);
        expect(await claim(scene.mac, 'holder')).toEqual(GRANTED);
      });

      it('is not brought back once it is burnt, replaced or gone [AC-62]', async () => {
        await scene.store.put(scene.address, scene.mac, 4, MINUTE, MINUTE);
        expect(await scene.store.swap(scene.address, hex(), hex(), MINUTE)).toBe(false);
        for (const typed of [hex(), hex(), hex()]) await claim(typed);
        expect(await scene.store.swap(scene.address, scene.mac, hex(), MINUTE)).toBe(false);
        expect([await status(), await claim()]).toEqual([null, EXPIRED]);
        await scene.store.remove(scene.address);
        expect(await scene.store.swap(scene.address, scene.mac, hex(), MINUTE)).toBe(false);
      });
    });

    it('AC-32 keeps codes of other subjects and identifiers apart', async () => {
      const others = [
        { ...scene.address, subject: randomUUID() },
        { ...scene.address, identifierHash: hex() },
      ];
      await put();
      for (const other of others) {
        expect(await scene.store.claim(other, [scene.mac], randomUUID(), TERMS)).toEqual(EXPIRED);
        await scene.store.put(other, hex(), 4, MINUTE);
        expect(await scene.store.claim(other, [scene.mac], randomUUID(), TERMS)).toEqual(wrong(2));
      }
      expect(await left()).toBe(3);
      expect(await claim()).toEqual(GRANTED);
    });
  });
}
