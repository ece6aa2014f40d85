import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type AttemptStoreFixture, MINUTE_MS, SHORT_TTL_MS, times } from '../testing/attempt-store-fixture.js';

/** Contract for starting an attempt and requesting its codes. */
export function attemptCodesContract(fixture: AttemptStoreFixture): void {
  const { place, find, ask, another } = fixture;

  describe('markStarted', () => {
    it('sets the id of an attempt', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, 'its id');
      expect(await find(fixture.mia)).toMatchObject({ started: true, customerId: 'its id' });
    });

    it('ignores a replaced or missing attempt', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, 'another', 'its id');
      await fixture.store.markStarted(another(), fixture.mia.attemptId, 'its id');
      expect(await find(fixture.mia)).toMatchObject({ started: false, customerId: fixture.mia.customerId });
    });
  });

  describe('a code', () => {
    it('can be requested and then counts as live for ninety seconds', async () => {
      await place(fixture.mia);
      expect(await ask(fixture.mia, 'Q4')).toEqual({ granted: true });
      const found = await find(fixture.mia);
      expect(found?.reference).toBe('Q4');
      expect(Math.abs((found?.askedAt ?? 0) - fixture.under.now())).toBeLessThan(1_000);
      expect((found?.codeUntil ?? 0) - (found?.askedAt ?? 0)).toBe(90_000);
    });

    it('cannot be requested again during its pause, and returns the current reference', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4');
      expect(await ask(fixture.mia, 'R5')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      expect((await find(fixture.mia))?.reference).toBe('Q4');
    });

    it('can be requested again after the pause, or at once without a pause', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4', SHORT_TTL_MS);
      expect((await ask(fixture.mia, 'R5', SHORT_TTL_MS)).granted).toBe(false);
      await fixture.under.pass(SHORT_TTL_MS);
      expect(await ask(fixture.mia, 'R5', SHORT_TTL_MS)).toEqual({ granted: true });
      expect(await ask(fixture.mia, 'S6', 0)).toEqual({ granted: true });
      expect((await find(fixture.mia))?.reference).toBe('S6');
    });

    it('cannot be requested by a missing or replaced attempt, which must wait', async () => {
      expect(await ask(fixture.mia, 'Q4')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
      await place(fixture.mia);
      const replaced = { ...fixture.mia, attemptId: randomUUID() };
      expect(await ask(replaced, 'Q4')).toMatchObject({ granted: false, retryAfterSeconds: 60 });
      expect(await find(fixture.mia)).toMatchObject({ reference: 'K7', askedAt: 0 });
    });

    it('can be requested at once only after enqueueing failed', async () => {
      await place(fixture.mia);
      await ask(fixture.mia, 'Q4');
      await fixture.store.cancelCodeRequest(fixture.mia, fixture.mia.attemptId, 'R5');
      await fixture.store.cancelCodeRequest(fixture.mia, 'another', 'Q4');
      expect((await ask(fixture.mia, 'S6')).granted).toBe(false);
      await fixture.store.cancelCodeRequest(fixture.mia, fixture.mia.attemptId, 'Q4');
      expect(await ask(fixture.mia, 'S6')).toEqual({ granted: true });
    });

    it('is granted once for fifty concurrent requests [RC-03]', async () => {
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

    it('is live for the recorded lifetime after sending', async () => {
      await place(fixture.mia);
      await fixture.store.recordCodeSent(fixture.mia, fixture.mia.attemptId, MINUTE_MS);
      await fixture.store.recordCodeSent(fixture.mia, 'another', 1);
      expect(Math.abs(((await find(fixture.mia))?.codeUntil ?? 0) - fixture.under.now() - MINUTE_MS)).toBeLessThan(
        1_000,
      );
    });
  });
}
