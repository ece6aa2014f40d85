import { describe, expect, it } from 'vitest';
import { BUSY, type CodeScene, EXPIRED, GRANTED, hex, MINUTE, SHORT, wrong } from '../testing/code-scene.js';

/** What a claim does, and a request that comes twice. */
export function claimsContract(scene: CodeScene): void {
  const { claim, put, left } = scene;

  describe('the same request again', () => {
    it('gets the same outcome and is not counted twice', async () => {
      await put();
      expect([await claim(hex(), 'once'), await claim(scene.mac, 'once')]).toEqual([wrong(2), wrong(2)]);
      expect(await left()).toBe(2);
    });

    it('keeps its claim', async () => {
      await put();
      expect([await claim(scene.mac, 'mine'), await claim(scene.mac, 'mine')]).toEqual([GRANTED, GRANTED]);
      expect(await claim(scene.mac, 'other')).toEqual(BUSY);
    });

    it('finds the outcome of the try that burnt the code', async () => {
      await put();
      await claim(hex());
      await claim(hex());
      expect([await claim(hex(), 'third'), await claim(hex(), 'third')]).toEqual([wrong(0), wrong(0)]);
    });

    it('is looked at anew when it was busy before', async () => {
      await put();
      await claim(scene.mac, 'holder');
      expect(await claim(scene.mac, 'waiting')).toEqual(BUSY);
      await scene.store.release(scene.address, 'holder');
      expect(await claim(scene.mac, 'waiting')).toEqual(GRANTED);
    });
  });

  describe('a claim', () => {
    it('keeps everybody else out, uncounted', async () => {
      await put();
      await claim(scene.mac, 'holder');
      expect([await claim(), await claim(hex())]).toEqual([BUSY, BUSY]);
      expect(await left()).toBe(3);
    });

    it('lapses', async () => {
      await put();
      await claim(scene.mac, 'crashed', { holdMs: SHORT });
      expect(await claim(scene.mac, 'other')).toEqual(BUSY);
      await scene.under.pass(SHORT);
      expect(await claim(scene.mac, 'other')).toEqual(GRANTED);
    });

    it('is given back by its holder only', async () => {
      await put();
      await claim(scene.mac, 'holder');
      await scene.store.release(scene.address, 'stranger');
      expect(await claim(scene.mac, 'other')).toEqual(BUSY);
      await scene.store.release(scene.address, 'holder');
      expect(await left()).toBe(3);
      expect(await claim(scene.mac, 'holder')).toEqual(GRANTED);
    });

    it('keeps a rightly typed code good for its grace, so that our failure costs nobody his minute', async () => {
      await put(SHORT);
      await claim(scene.mac, 'holder');
      await scene.under.pass(SHORT);
      await scene.store.release(scene.address, 'holder');
      expect(await claim(scene.mac, 'again')).toEqual(GRANTED);
      const status = await scene.store.status(scene.address, 3);
      expect((status?.expiresAt.getTime() ?? 0) - scene.under.now()).toBeLessThanOrEqual(MINUTE);
    });

    it('never shortens a life', async () => {
      await put(MINUTE);
      await claim(scene.mac, 'holder', { graceMs: 1 });
      const status = await scene.store.status(scene.address, 3);
      expect((status?.expiresAt.getTime() ?? 0) - scene.under.now()).toBeGreaterThan(MINUTE - 1_000);
    });

    it('dies with a wrong code behind it, which leaves the grace as it was', async () => {
      await put(SHORT);
      await claim(scene.mac, 'holder', { graceMs: 2 * SHORT });
      await scene.store.release(scene.address, 'holder');
      expect(await claim(hex())).toEqual(wrong(2));
      await scene.under.pass(2 * SHORT);
      expect(await claim()).toEqual(EXPIRED);
    });
  });
}
