import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { aDraft, hex } from '../testing/an-attempt-draft.js';
import { type AttemptStoreFixture, SHORT_TTL_SECONDS } from '../testing/attempt-store-fixture.js';

/** What becomes of an attempt, and of those beside it. */
export function attemptEndsContract(scene: AttemptStoreFixture): void {
  const { opened, place, find, another, all } = scene;

  it('removes every attempt of an identifier that has started but those of one id: pending ones, decoys and receipts', async () => {
    const [other, decoy] = [another(), another({ decoy: true })];
    const [kept, early, foreign] = [another({ customerId: randomUUID() }), another(), aDraft()];
    for (const draft of [scene.mia, other, decoy, kept, early, foreign]) await place(draft, true);
    for (const draft of [scene.mia, other, decoy, kept])
      await scene.store.markStarted(draft, draft.attemptId, draft.customerId);
    await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
    await scene.store.removeOthers(scene.mia.identifierHash, kept.customerId);
    expect((await all([scene.mia, other, decoy])).length).toBe(0);
    const stay = [kept, early, foreign];
    expect((await all(stay)).map(({ attemptId }) => attemptId)).toEqual(stay.map(({ attemptId }) => attemptId));
    await scene.store.removeOthers(scene.mia.identifierHash, null);
    expect(await all([kept, early])).toEqual([]);
    await scene.store.removeOthers(hex(), randomUUID());
  });

  describe('finish', () => {
    it('leaves a receipt until its life ends, and nothing else of its id', async () => {
      const [other, stranger] = [another({ customerId: scene.mia.customerId }), aDraft()];
      const placed = await place(scene.mia);
      await place(other);
      await place(stranger);
      await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
      const receipt = await find(scene.mia);
      expect(receipt).toEqual({ ...placed, activatedAt: expect.any(Number) });
      expect(Math.abs((receipt?.activatedAt ?? 0) - scene.under.now())).toBeLessThan(1_000);
      expect(await find(other)).toBeNull();
      expect(await find(stranger)).not.toBeNull();
    });

    it('leaves those of another id: they came when this customer was gone again', async () => {
      const late = another({ customerId: randomUUID() });
      await place(scene.mia);
      const placed = await place(late);
      await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
      expect(await find(late)).toEqual(placed);
      expect((await find(scene.mia))?.activatedAt).toBeGreaterThan(0);
    });

    it('does nothing to another attempt in its place', async () => {
      const other = another();
      await place(scene.mia);
      await place(other);
      await scene.store.convertToReceipt(scene.mia, 'another');
      expect((await find(scene.mia))?.activatedAt).toBe(0);
      expect(await find(other)).not.toBeNull();
    });

    it('keeps a receipt as it is beside what the same password begins, which is found first [AC-68]', async () => {
      await place(scene.mia);
      await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
      const receipt = await find(scene.mia);
      for (const changes of [{ decoy: true }, { provisional: true }, { customerId: randomUUID() }]) {
        const again = { ...scene.mia, attemptId: randomUUID(), ...changes };
        expect(await place(again)).toMatchObject({ attemptId: again.attemptId, activatedAt: 0, started: false });
        expect(await find(scene.mia)).toMatchObject({ attemptId: again.attemptId });
        expect(await scene.store.findById(scene.mia.identifierHash, scene.mia.attemptId)).toEqual(receipt);
        await scene.store.remove(scene.mia);
        expect(await find(scene.mia)).toEqual(receipt);
      }
    });

    it('finds a pending attempt before a receipt, under whichever pepper [AC-68]', async () => {
      const other = another();
      await place(scene.mia);
      await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
      await place(other);
      const found = await scene.store.find(scene.mia.identifierHash, [scene.mia.tag, other.tag]);
      expect(found?.attemptId).toBe(other.attemptId);
    });

    it('ends a receipt at the end of its life', async () => {
      opened({ attemptTtlSeconds: SHORT_TTL_SECONDS / 1000 });
      await place(scene.mia);
      await scene.store.convertToReceipt(scene.mia, scene.mia.attemptId);
      await scene.under.pass(SHORT_TTL_SECONDS);
      expect(await find(scene.mia)).toBeNull();
    });
  });

  it('removes one attempt and no other', async () => {
    const other = another();
    await place(scene.mia);
    await place(other);
    await scene.store.remove(scene.mia);
    await scene.store.remove(scene.mia);
    expect([await find(scene.mia), (await find(other))?.attemptId]).toEqual([null, other.attemptId]);
  });
}
