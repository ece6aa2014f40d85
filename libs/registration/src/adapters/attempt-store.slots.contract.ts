import { describe, expect, it } from 'vitest';
import type { AttemptDraft } from '../domain/registration-attempt.js';
import { aDraft } from '../testing/an-attempt-draft.js';
import { type AttemptStoreFixture, SHORT_TTL_MS, times } from '../testing/attempt-store-fixture.js';

/** Contract for the limits on live attempts. */
export function attemptSlotsContract(fixture: AttemptStoreFixture): void {
  const { opened, place, find, ask, another, all } = fixture;

  describe('the number of attempts of one identifier', () => {
    const from = (source: string) => another({ source });
    const near = () => from('192.0.2.7');
    /** Places attempts one after the other with increasing age, each with a live code. */
    const placeAlive = async (...drafts: AttemptDraft[]) => {
      for (const draft of drafts) {
        expect(await place(draft)).not.toBeNull();
        await ask(draft);
        await fixture.under.pass(2);
      }
    };

    it('is limited to three per source: a fourth is rejected while their codes are live', async () => {
      const [a, b, c, d] = [near(), near(), near(), near()];
      await placeAlive(a, b, c);
      expect(await place(d)).toBeNull();
      expect((await all([a, b, c, d])).map(({ attemptId }) => attemptId)).toEqual(
        [a, b, c].map((one) => one.attemptId),
      );
    });

    it('is limited to three per source: new attempts are not replaced before their code is requested', async () => {
      const [a, b, c, d] = [near(), near(), near(), near()];
      for (const draft of [a, b, c]) await place(draft);
      expect(await place(d)).toBeNull();
      expect(await all([a, b, c])).toHaveLength(3);
    });

    it('is limited per source: another source does not reduce the limit of the owner', async () => {
      const strangers = times(3, () => from('198.51.100.1'));
      await placeAlive(...strangers);
      expect(await place(near())).not.toBeNull();
      expect(await all(strangers)).toHaveLength(3);
    });

    it('allows replacing the attempt without a live code whose request is oldest', async () => {
      const [a, b, c, d] = [near(), near(), near(), near()];
      await placeAlive(a, b, c);
      for (const dead of [c, b]) await fixture.store.recordCodeSent(dead, dead.attemptId, 1);
      await fixture.under.pass(5);
      expect(await place(d)).not.toBeNull();
      expect((await all([a, b, c, d])).map(({ attemptId }) => attemptId)).toEqual(
        [a, c, d].map((one) => one.attemptId),
      );
    });

    it('does not count or replace receipts [AC-68]', async () => {
      opened({}, { attemptsPerSource: 1, attemptsPerIdentifier: 1 });
      await place(fixture.mia);
      await fixture.store.convertToReceipt(fixture.mia, fixture.mia.attemptId);
      const [first, second] = [another(), another()];
      expect(await place(first)).not.toBeNull();
      expect(await place(second)).toBeNull();
      await fixture.store.recordCodeSent(first, first.attemptId, 1);
      await fixture.under.pass(5);
      expect(await place(second)).not.toBeNull();
      expect((await find(fixture.mia))?.activatedAt).toBeGreaterThan(0);
    });

    it('is limited to twelve in total', async () => {
      const drafts = times(12, (n) => from(`source ${n}`));
      await placeAlive(...drafts);
      expect(await place(from('one more'))).toBeNull();
      expect(await all(drafts)).toHaveLength(12);
    });

    it('is limited to twelve from a trusted source', async () => {
      const drafts = times(12, near);
      for (const draft of drafts) {
        expect(await place(draft, true)).not.toBeNull();
        await ask(draft);
      }
      expect(await place(near(), true)).toBeNull();
      expect(await all(drafts)).toHaveLength(12);
    });

    it('follows the settings', async () => {
      opened({}, { attemptsPerSource: 1, attemptsPerIdentifier: 2 });
      await placeAlive(from('a'), from('b'));
      expect([await place(from('a')), await place(from('c'))]).toEqual([null, null]);
    });

    it('holds for fifty concurrent attempts', async () => {
      const drafts = times(50, (n) => from(`source ${n}`));
      await Promise.all(
        drafts.map((draft, n) => fixture.stores[n % fixture.stores.length]?.placeAttempt(draft, false)),
      );
      expect(await all(drafts)).toHaveLength(12);
    });
  });

  it('counts all live attempts', async () => {
    const before = await fixture.store.countLive();
    const [other, stranger, short] = [another(), aDraft(), aDraft()];
    for (const draft of [fixture.mia, other, stranger]) await place(draft);
    expect((await fixture.store.countLive()) - before).toBe(3);
    await fixture.store.remove(other);
    expect((await fixture.store.countLive()) - before).toBe(2);
    opened({ attemptTtlSeconds: SHORT_TTL_MS / 1000 });
    await place(short);
    expect((await fixture.store.countLive()) - before).toBe(3);
    await fixture.under.pass(SHORT_TTL_MS);
    expect((await fixture.store.countLive()) - before).toBe(2);
  });
}
