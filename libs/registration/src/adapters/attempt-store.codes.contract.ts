import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AttemptStoreFixture, MINUTE_MS, SHORT_TTL_SECONDS, times } from '../testing/attempt-store-fixture.js';

/** An attempt begins, and asks for its codes. */
export function attemptCodesContract(fixture: AttemptStoreFixture): void {
  const { place, find, ask, another } = fixture;

  describe('begin', () => {
    it('gives an attempt its id', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, 'its id');
      expect(await find(fixture.mia)).toMatchObject({ started: true, customerId: 'its id' });
    });

    it('does nothing to another attempt in its place, nor to none', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, 'another', 'its id');
      await fixture.store.markStarted(another(), fixture.mia.attemptId, 'its id');
      expect(await find(fixture.mia)).toMatchObject({ started: false, customerId: fixture.mia.customerId });
    });
  });

  describe('a code', () => {
    it('may be asked for, and is then alive for the ninety seconds it may take', async () => {
      await place(fixture.mia);
      expect(await ask(fixture.mia, 'Q4')).toEqual({ granted: true });
      const found = await find(fixture.mia);
      expect(found?.reference).toBe('Q4');
      expect(Math.abs((found?.askedAt ?? 0) - fixture.under.now())).toBeLessThan(1_000);
      expect((found?.codeUntil ?? 0) - (found?.askedAt ?? 0)).toBe(90_000);
    });

    it('may not be asked for again before its pause is over; the reference of the one that is on its way is told', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4');
      expect(await ask(fixture.mia, 'R5')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      expect((await find(fixture.mia))?.reference).toBe('Q4');
    });

    it('may be asked for again after the pause, or at once when there is none', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4', SHORT_TTL_SECONDS);
      expect((await ask(fixture.mia, 'R5', SHORT_TTL_SECONDS)).granted).toBe(false);
      await fixture.under.pass(SHORT_TTL_SECONDS);
      expect(await ask(fixture.mia, 'R5', SHORT_TTL_SECONDS)).toEqual({ granted: true });
      expect(await ask(fixture.mia, 'S6', 0)).toEqual({ granted: true });
      expect((await find(fixture.mia))?.reference).toBe('S6');
    });

    it('may not be asked for by an attempt that is gone, or was replaced: it is to wait as everybody', async () => {
      expect(await ask(fixture.mia, 'Q4')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      await place(fixture.mia);
      const replaced = { ...fixture.mia, attemptId: randomUUID() };
      expect(await ask(replaced, 'Q4')).toMatchObject({ granted: false, retryAfterSeconds: 60 });
      expect(await find(fixture.mia)).toMatchObject({ reference: 'K7', askedAt: 0 });
    });

    it('may be asked for at once when its message could not be, and only then', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4');
      await fixture.store.cancelCodeRequest(fixture.mia, fixture.mia.attemptId, 'R5');
      await fixture.store.cancelCodeRequest(fixture.mia, 'another', 'Q4');
      expect((await ask(fixture.mia, 'S6')).granted).toBe(false);
      await fixture.store.cancelCodeRequest(fixture.mia, fixture.mia.attemptId, 'Q4');
      expect(await ask(fixture.mia, 'S6')).toEqual({ granted: true });
    });

    it('RC-03 is granted once although it is asked for fifty times at once', async () => {
      await place(fixture.mia);
      const asked = times(50, (n) =>
        fixture.stores[n % fixture.stores.length]?.requestCode(
          fixture.mia,
          fixture.mia.attemptId,
          String(n),
          MINUTE_MS,
        ),
      );
      const granted = (await Promise.all(asked)).filter((request) => request?.granted);
      expect(granted).toHaveLength(1);
    });

    it('is alive for as long as it is told when it was sent', async () => {
      await place(fixture.mia);
      await fixture.store.recordCodeSent(fixture.mia, fixture.mia.attemptId, MINUTE_MS);
      await fixture.store.recordCodeSent(fixture.mia, 'another', 1);
      expect(Math.abs(((await find(fixture.mia))?.codeUntil ?? 0) - fixture.under.now() - MINUTE_MS)).toBeLessThan(
        1_000,
      );
    });
  });
}
