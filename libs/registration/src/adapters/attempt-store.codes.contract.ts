import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AttemptStoreFixture, MINUTE_MS, SHORT_TTL_SECONDS, times } from '../testing/attempt-store-fixture.js';

/** An attempt begins, and asks for its codes. */
export function attemptCodesContract(scene: AttemptStoreFixture): void {
  const { place, find, ask, another } = scene;

  describe('begin', () => {
    it('gives an attempt its id', async () => {
      await place(scene.mia);
      await scene.store.markStarted(scene.mia, scene.mia.attemptId, 'its id');
      expect(await find(scene.mia)).toMatchObject({ started: true, customerId: 'its id' });
    });

    it('does nothing to another attempt in its place, nor to none', async () => {
      await place(scene.mia);
      await scene.store.markStarted(scene.mia, 'another', 'its id');
      await scene.store.markStarted(another(), scene.mia.attemptId, 'its id');
      expect(await find(scene.mia)).toMatchObject({ started: false, customerId: scene.mia.customerId });
    });
  });

  describe('a code', () => {
    it('may be asked for, and is then alive for the ninety seconds it may take', async () => {
      await place(scene.mia);
      expect(await ask(scene.mia, 'Q4')).toEqual({ granted: true });
      const found = await find(scene.mia);
      expect(found?.reference).toBe('Q4');
      expect(Math.abs((found?.askedAt ?? 0) - scene.under.now())).toBeLessThan(1_000);
      expect((found?.codeUntil ?? 0) - (found?.askedAt ?? 0)).toBe(90_000);
    });

    it('may not be asked for again before its pause is over; the reference of the one that is on its way is told', async () => {
      await place(scene.mia);
      await ask(scene.mia, 'Q4');
      expect(await ask(scene.mia, 'R5')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      expect((await find(scene.mia))?.reference).toBe('Q4');
    });

    it('may be asked for again after the pause, or at once when there is none', async () => {
      await place(scene.mia);
      await ask(scene.mia, 'Q4', SHORT_TTL_SECONDS);
      expect((await ask(scene.mia, 'R5', SHORT_TTL_SECONDS)).granted).toBe(false);
      await scene.under.pass(SHORT_TTL_SECONDS);
      expect(await ask(scene.mia, 'R5', SHORT_TTL_SECONDS)).toEqual({ granted: true });
      expect(await ask(scene.mia, 'S6', 0)).toEqual({ granted: true });
      expect((await find(scene.mia))?.reference).toBe('S6');
    });

    it('may not be asked for by an attempt that is gone, or was replaced: it is to wait as everybody', async () => {
      expect(await ask(scene.mia, 'Q4')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      await place(scene.mia);
      const replaced = { ...scene.mia, attemptId: randomUUID() };
      expect(await ask(replaced, 'Q4')).toMatchObject({ granted: false, retryAfterSeconds: 60 });
      expect(await find(scene.mia)).toMatchObject({ reference: 'K7', askedAt: 0 });
    });

    it('may be asked for at once when its message could not be, and only then', async () => {
      await place(scene.mia);
      await ask(scene.mia, 'Q4');
      await scene.store.cancelCodeRequest(scene.mia, scene.mia.attemptId, 'R5');
      await scene.store.cancelCodeRequest(scene.mia, 'another', 'Q4');
      expect((await ask(scene.mia, 'S6')).granted).toBe(false);
      await scene.store.cancelCodeRequest(scene.mia, scene.mia.attemptId, 'Q4');
      expect(await ask(scene.mia, 'S6')).toEqual({ granted: true });
    });

    it('RC-03 is granted once although it is asked for fifty times at once', async () => {
      await place(scene.mia);
      const asked = times(50, (n) =>
        scene.stores[n % scene.stores.length]?.requestCode(scene.mia, scene.mia.attemptId, String(n), MINUTE_MS),
      );
      const granted = (await Promise.all(asked)).filter((request) => request?.granted);
      expect(granted).toHaveLength(1);
    });

    it('is alive for as long as it is told when it was sent', async () => {
      await place(scene.mia);
      await scene.store.recordCodeSent(scene.mia, scene.mia.attemptId, MINUTE_MS);
      await scene.store.recordCodeSent(scene.mia, 'another', 1);
      expect(Math.abs(((await find(scene.mia))?.codeUntil ?? 0) - scene.under.now() - MINUTE_MS)).toBeLessThan(1_000);
    });
  });
}
