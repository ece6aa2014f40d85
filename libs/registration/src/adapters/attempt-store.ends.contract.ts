import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aDraft, hex } from '../testing/an-attempt-draft.js';
import { type AttemptStoreFixture, SHORT_TTL_MS } from '../testing/attempt-store-fixture.js';

/** Contract for the end of an attempt and of other attempts of its identifier. */
export function attemptEndsContract(fixture: AttemptStoreFixture): void {
  const { opened, place, find, another, all } = fixture;

  it('removes started attempts of an identifier with other ids: pending ones, decoys and receipts', async () => {
    const [other, decoy] = [another(), another({ decoy: true })];
    const [kept, early, foreign] = [another({ customerId: randomUUID() }), another(), aDraft()];
    for (const draft of [fixture.mia, other, decoy, kept, early, foreign]) await place(draft, true);
    for (const draft of [fixture.mia, other, decoy, kept])
      await fixture.store.markStarted(draft, draft.attemptId, draft.customerId);
    await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
    await fixture.store.removeOthers(fixture.mia.identifierHash, kept.customerId);
    expect((await all([fixture.mia, other, decoy])).length).toBe(0);
    const stay = [kept, early, foreign];
    expect((await all(stay)).map(({ attemptId }) => attemptId)).toEqual(stay.map(({ attemptId }) => attemptId));
    await fixture.store.removeOthers(fixture.mia.identifierHash, null);
    expect(await all([kept, early])).toEqual([]);
    await fixture.store.removeOthers(hex(), randomUUID());
  });

  describe('convertToReceipt', () => {
    it('keeps a receipt until its expiry and removes other attempts of its id', async () => {
      const [other, stranger] = [another({ customerId: fixture.mia.customerId }), aDraft()];
      const placed = await place(fixture.mia);
      await place(other);
      await place(stranger);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      const receipt = await find(fixture.mia);
      expect(receipt).toEqual({ ...placed, activatedAt: expect.any(Number) });
      expect(Math.abs((receipt?.activatedAt ?? 0) - fixture.under.now())).toBeLessThan(1_000);
      expect(await find(other)).toBeNull();
      expect(await find(stranger)).not.toBeNull();
    });

    it('keeps attempts of another id, which started after this customer was deleted', async () => {
      const late = another({ customerId: randomUUID() });
      await place(fixture.mia);
      const placed = await place(late);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      expect(await find(late)).toEqual(placed);
      expect((await find(fixture.mia))?.activatedAt).toBeGreaterThan(0);
    });

    it('ignores a replaced attempt', async () => {
      const other = another();
      await place(fixture.mia);
      await place(other);
      await fixture.store.convertToReceipt(fixture.mia, 'another');
      expect((await find(fixture.mia))?.activatedAt).toBe(0);
      expect(await find(other)).not.toBeNull();
    });

    it('keeps a receipt unchanged when the same password starts a new attempt, which is found first [AC-68]', async () => {
      await place(fixture.mia);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      const receipt = await find(fixture.mia);
      for (const changes of [{ decoy: true }, { provisional: true }, { customerId: randomUUID() }]) {
        const again = { ...fixture.mia, attemptId: randomUUID(), ...changes };
        expect(await place(again)).toMatchObject({ attemptId: again.attemptId, activatedAt: 0, started: false });
        expect(await find(fixture.mia)).toMatchObject({ attemptId: again.attemptId });
        expect(await fixture.store.findById(fixture.mia.identifierHash, fixture.mia.attemptId)).toEqual(receipt);
        await fixture.store.remove(fixture.mia);
        expect(await find(fixture.mia)).toEqual(receipt);
      }
    });

    it('finds a pending attempt before a receipt under any pepper [AC-68]', async () => {
      const other = another();
      await place(fixture.mia);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      await place(other);
      const found = await fixture.store.find(fixture.mia.identifierHash, [fixture.mia.tag, other.tag]);
      expect(found?.attemptId).toBe(other.attemptId);
    });

    it('removes a receipt at its expiry', async () => {
      opened({ attemptTtlSeconds: SHORT_TTL_MS / 1000 });
      await place(fixture.mia);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      await fixture.under.pass(SHORT_TTL_MS);
      expect(await find(fixture.mia)).toBeNull();
    });
  });

  it('removes only the given attempt', async () => {
    const other = another();
    await place(fixture.mia);
    await place(other);
    await fixture.store.remove(fixture.mia);
    await fixture.store.remove(fixture.mia);
    expect([await find(fixture.mia), (await find(other))?.attemptId]).toEqual([null, other.attemptId]);
  });
}
