import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aDraft, hex } from '../testing/an-attempt-draft.js';
import {
  AttemptStoreFixture,
  type AttemptStoreUnderTest,
  MINUTE_MS,
  SHORT_TTL_MS,
  times,
} from '../testing/attempt-store-fixture.js';
import { attemptCodesContract } from './attempt-store.codes.contract.js';
import { attemptEndsContract } from './attempt-store.ends.contract.js';
import { samePasswordContract } from './attempt-store.same-password.contract.js';
import { attemptSlotsContract } from './attempt-store.slots.contract.js';

/** What every `AttemptStore` must do. */
export function attemptStoreContract(name: string, open: () => Promise<AttemptStoreUnderTest>): void {
  describe(`${name} is an AttemptStore`, () => {
    const fixture = new AttemptStoreFixture();
    const { opened, place, find, another } = fixture;

    beforeAll(async () => {
      fixture.under = await open();
    });
    beforeEach(() => {
      opened();
      fixture.mia = aDraft();
    });
    afterAll(() => fixture.under.drop());

    samePasswordContract(fixture);
    attemptCodesContract(fixture);
    attemptEndsContract(fixture);
    attemptSlotsContract(fixture);

    it('finds nothing before the first attempt', async () => {
      expect(await find(fixture.mia)).toBeNull();
    });

    it('returns the time of its clock', async () => {
      const before = fixture.under.now();
      const now = (await fixture.store.now()).getTime();
      expect(now).toBeGreaterThanOrEqual(before - 1);
      expect(now).toBeLessThanOrEqual(fixture.under.now() + 1);
    });

    it('stores a drafted attempt, not started and without a code request, for thirty minutes', async () => {
      const placed = await place(fixture.mia);
      const expected = { ...fixture.mia, started: false, askedAt: 0, codeUntil: expect.any(Number), activatedAt: 0 };
      expect(placed).toEqual({ ...expected, expiresAt: expect.any(Number) });
      expect(Math.abs((placed?.expiresAt ?? 0) - fixture.under.now() - 30 * MINUTE_MS)).toBeLessThan(1_000);
      expect(await find(fixture.mia)).toEqual(placed);
    });

    it.each([
      { firstName: 'é ß 漢字 🔑', lastName: '" \\ / \u2028 {}[]' },
      { firstName: '\u{1d544}'.repeat(75), lastName: '0' },
      { firstName: null, lastName: null },
    ])('keeps a profile unchanged: %j', async (names) => {
      fixture.mia = aDraft({ profile: { ...fixture.mia.profile, ...names } });
      await place(fixture.mia);
      expect((await find(fixture.mia))?.profile).toEqual(fixture.mia.profile);
    });

    it('finds an attempt by the tag of its password under any pepper, and by no other', async () => {
      const placed = await place(fixture.mia);
      expect(await fixture.store.find(fixture.mia.identifierHash, [hex(), fixture.mia.tag])).toEqual(placed);
      expect(await fixture.store.find(fixture.mia.identifierHash, [hex()])).toBeNull();
      expect(await fixture.store.find(hex(), [fixture.mia.tag])).toBeNull();
    });

    it('removes an attempt at its expiry and allows a new one', async () => {
      opened({ attemptTtlSeconds: SHORT_TTL_MS / 1000 });
      await place(fixture.mia);
      await fixture.under.pass(SHORT_TTL_MS);
      expect(await find(fixture.mia)).toBeNull();
      const again = { ...fixture.mia, attemptId: randomUUID() };
      expect((await place(again))?.attemptId).toBe(again.attemptId);
    });

    it('removes an expired attempt and keeps a younger one', async () => {
      const young = another();
      opened({ attemptTtlSeconds: SHORT_TTL_MS / 1000 });
      await place(fixture.mia);
      opened();
      await place(young);
      await fixture.under.pass(SHORT_TTL_MS);
      expect([await find(fixture.mia), (await find(young))?.attemptId]).toEqual([null, young.attemptId]);
    });

    it('finds a live attempt by id for its own identifier only', async () => {
      const other = another();
      for (const draft of [fixture.mia, other]) await place(draft);
      await fixture.store.convertToReceipt(fixture.mia, randomUUID());
      expect(await fixture.store.findById(fixture.mia.identifierHash, other.attemptId)).toMatchObject({
        tag: other.tag,
      });
      expect(await fixture.store.findById(fixture.mia.identifierHash, fixture.mia.attemptId)).toEqual(
        await find(fixture.mia),
      );
      expect(await fixture.store.findById(fixture.mia.identifierHash, randomUUID())).toBeNull();
      expect(await fixture.store.findById(hex(), fixture.mia.attemptId)).toBeNull();
    });

    it('reserves one owner notice a day for fifty concurrent requests', async () => {
      const asked = times(50, (n) =>
        fixture.stores[n % fixture.stores.length]?.reserveOwnerNotice(fixture.mia.identifierHash),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
      expect(await fixture.store.reserveOwnerNotice(hex())).toBe(true);
    });

    it('allows another owner notice after a release', async () => {
      await fixture.store.reserveOwnerNotice(fixture.mia.identifierHash);
      await fixture.store.releaseOwnerNotice(fixture.mia.identifierHash);
      expect([
        await fixture.store.reserveOwnerNotice(fixture.mia.identifierHash),
        await fixture.store.reserveOwnerNotice(fixture.mia.identifierHash),
      ]).toEqual([true, false]);
    });
  });
}
