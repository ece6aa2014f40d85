import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AttemptDraft } from '../domain/registration-attempt.js';
import { type AttemptStoreFixture, times } from '../testing/attempt-store-fixture.js';

/** One password is one attempt. */
export function samePasswordContract(fixture: AttemptStoreFixture): void {
  const { place, ask } = fixture;

  describe('the same password again', () => {
    const again = (changes: Partial<AttemptDraft> = {}) => ({
      ...fixture.mia,
      attemptId: randomUUID(),
      reference: 'Z3',
      profile: { ...fixture.mia.profile, firstName: 'newest' },
      ...changes,
    });

    it('is the same attempt, with the newest profile, and its thirty minutes start again', async () => {
      const first = await place(fixture.mia);
      await ask(fixture.mia, 'Q4');
      await fixture.under.pass(20);
      const second = await place(again());
      expect(second).toMatchObject({
        attemptId: fixture.mia.attemptId,
        reference: 'Q4',
        profile: { firstName: 'newest' },
        askedAt: expect.any(Number),
      });
      expect(second?.askedAt).toBeGreaterThan(0);
      expect(second?.expiresAt).toBeGreaterThanOrEqual((first?.expiresAt ?? 0) + 20);
    });

    it('is another attempt when the identifier has become a customer’s meanwhile, or is one’s no longer', async () => {
      await place(fixture.mia);
      const decoy = again({ decoy: true });
      expect((await place(decoy))?.attemptId).toBe(decoy.attemptId);
      const back = again({ decoy: false });
      expect((await place(back))?.attemptId).toBe(back.attemptId);
    });

    it('is another attempt when it has started under an id that is lost', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, fixture.mia.customerId);
      expect((await place(again()))?.attemptId).toBe(fixture.mia.attemptId);
      const elsewhere = again({ customerId: randomUUID() });
      expect((await place(elsewhere))?.attemptId).toBe(elsewhere.attemptId);
    });

    it('is the same attempt although it has started, when the id was drawn in haste: it has the better one', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, fixture.mia.customerId);
      const placed = await place(again({ customerId: randomUUID(), provisional: true }));
      expect([placed?.attemptId, placed?.customerId]).toEqual([fixture.mia.attemptId, fixture.mia.customerId]);
    });

    it('is the same attempt, whatever id was proposed, as long as none was given', async () => {
      await place(fixture.mia);
      const placed = await place(again({ customerId: randomUUID() }));
      expect([placed?.attemptId, placed?.customerId]).toEqual([fixture.mia.attemptId, fixture.mia.customerId]);
    });

    it('RC-03 is one attempt although it comes fifty times at once', async () => {
      const drafts = times(50, () => again());
      const placed = await Promise.all(
        drafts.map((draft, n) => fixture.stores[n % fixture.stores.length]?.placeAttempt(draft, false)),
      );
      const ids = placed.map((placement) => (placement?.placed ? placement.attempt.attemptId : 'none'));
      expect(new Set(ids).size).toBe(1);
    });
  });
}
