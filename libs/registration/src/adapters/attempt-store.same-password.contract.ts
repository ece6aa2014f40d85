import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AttemptDraft } from '../domain/registration-attempt.js';
import { type AttemptStoreFixture, times } from '../testing/attempt-store-fixture.js';

/** Contract: one password selects one attempt. */
export function samePasswordContract(fixture: AttemptStoreFixture): void {
  const { place, ask } = fixture;

  describe('a repeated password', () => {
    const again = (changes: Partial<AttemptDraft> = {}) => ({
      ...fixture.mia,
      attemptId: randomUUID(),
      reference: 'Z3',
      profile: { ...fixture.mia.profile, firstName: 'newest' },
      ...changes,
    });

    it('selects the same attempt, updates its profile and restarts its thirty minutes', async () => {
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

    it('starts another attempt when the identifier became registered or unregistered', async () => {
      await place(fixture.mia);
      const decoy = again({ decoy: true });
      expect((await place(decoy))?.attemptId).toBe(decoy.attemptId);
      const back = again({ decoy: false });
      expect((await place(back))?.attemptId).toBe(back.attemptId);
    });

    it('starts another attempt when the first started under a lost id', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, fixture.mia.customerId);
      expect((await place(again()))?.attemptId).toBe(fixture.mia.attemptId);
      const elsewhere = again({ customerId: randomUUID() });
      expect((await place(elsewhere))?.attemptId).toBe(elsewhere.attemptId);
    });

    it('selects a started attempt and keeps its id when the new id is provisional', async () => {
      await place(fixture.mia);
      await fixture.store.markStarted(fixture.mia, fixture.mia.attemptId, fixture.mia.customerId);
      const placed = await place(again({ customerId: randomUUID(), provisional: true }));
      expect([placed?.attemptId, placed?.customerId]).toEqual([fixture.mia.attemptId, fixture.mia.customerId]);
    });

    it('selects the same attempt for any proposed id until one is assigned', async () => {
      await place(fixture.mia);
      const placed = await place(again({ customerId: randomUUID() }));
      expect([placed?.attemptId, placed?.customerId]).toEqual([fixture.mia.attemptId, fixture.mia.customerId]);
    });

    it('creates one attempt for fifty concurrent requests [RC-03]', async () => {
      const drafts = times(50, () => again());
      const placed = await Promise.all(
        drafts.map((draft, n) => fixture.stores[n % fixture.stores.length]?.placeAttempt(draft, false)),
      );
      const ids = placed.map((placement) => (placement?.placed ? placement.attempt.attemptId : 'none'));
      expect(new Set(ids).size).toBe(1);
    });
  });
}
