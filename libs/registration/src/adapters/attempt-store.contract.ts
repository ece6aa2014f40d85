import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aDraft, hex } from '../testing/an-attempt-draft.js';
import {
  AttemptStoreFixture,
  type AttemptStoreUnderTest,
  MINUTE_MS,
  SHORT_TTL_SECONDS,
  times,
} from '../testing/attempt-store-fixture.js';
import { attemptCodesContract } from './attempt-store.codes.contract.js';
import { attemptEndsContract } from './attempt-store.ends.contract.js';
import { samePasswordContract } from './attempt-store.same-password.contract.js';
import { attemptSlotsContract } from './attempt-store.slots.contract.js';

/** What every `AttemptStore` must do. */
export function attemptStoreContract(name: string, open: () => Promise<AttemptStoreUnderTest>): void {
  describe(`${name} is an AttemptStore`, () => {
    const scene = new AttemptStoreFixture();
    const { opened, place, find, another } = scene;

    beforeAll(async () => {
      scene.under = await open();
    });
    beforeEach(() => {
      opened();
      scene.mia = aDraft();
    });
    afterAll(() => scene.under.drop());

    samePasswordContract(scene);
    attemptCodesContract(scene);
    attemptEndsContract(scene);
    attemptSlotsContract(scene);

    it('knows nothing before the first', async () => {
      expect(await find(scene.mia)).toBeNull();
    });

    it('tells the time that it goes by', async () => {
      const before = scene.under.now();
      const now = (await scene.store.now()).getTime();
      expect(now).toBeGreaterThanOrEqual(before - 1);
      expect(now).toBeLessThanOrEqual(scene.under.now() + 1);
    });

    it('keeps an attempt as it was drafted, not started, never asked for, for its thirty minutes', async () => {
      const placed = await place(scene.mia);
      const expected = { ...scene.mia, started: false, askedAt: 0, codeUntil: expect.any(Number), activatedAt: 0 };
      expect(placed).toEqual({ ...expected, expiresAt: expect.any(Number) });
      expect(Math.abs((placed?.expiresAt ?? 0) - scene.under.now() - 30 * MINUTE_MS)).toBeLessThan(1_000);
      expect(await find(scene.mia)).toEqual(placed);
    });

    it.each([
      { firstName: 'é ß 漢字 🔑', lastName: '" \\ / \u2028 {}[]' },
      { firstName: '\u{1d544}'.repeat(75), lastName: '0' },
      { firstName: null, lastName: null },
    ])('keeps a profile as it is: %j', async (names) => {
      scene.mia = aDraft({ profile: { ...scene.mia.profile, ...names } });
      await place(scene.mia);
      expect((await find(scene.mia))?.profile).toEqual(scene.mia.profile);
    });

    it('finds an attempt by the tag of its password under any pepper, and by no other', async () => {
      const placed = await place(scene.mia);
      expect(await scene.store.find(scene.mia.identifierHash, [hex(), scene.mia.tag])).toEqual(placed);
      expect(await scene.store.find(scene.mia.identifierHash, [hex()])).toBeNull();
      expect(await scene.store.find(hex(), [scene.mia.tag])).toBeNull();
    });

    it('forgets an attempt at the end of its life, and lets it begin again', async () => {
      opened({ attemptTtlSeconds: SHORT_TTL_SECONDS / 1000 });
      await place(scene.mia);
      await scene.under.pass(SHORT_TTL_SECONDS);
      expect(await find(scene.mia)).toBeNull();
      const again = { ...scene.mia, attemptId: randomUUID() };
      expect((await place(again))?.attemptId).toBe(again.attemptId);
    });

    it('forgets one and keeps another that is younger', async () => {
      const young = another();
      opened({ attemptTtlSeconds: SHORT_TTL_SECONDS / 1000 });
      await place(scene.mia);
      opened();
      await place(young);
      await scene.under.pass(SHORT_TTL_SECONDS);
      expect([await find(scene.mia), (await find(young))?.attemptId]).toEqual([null, young.attemptId]);
    });

    it('finds the live attempt of an id, of its identifier only', async () => {
      const other = another();
      for (const draft of [scene.mia, other]) await place(draft);
      await scene.store.convertToReceipt(scene.mia, randomUUID());
      expect(await scene.store.findById(scene.mia.identifierHash, other.attemptId)).toMatchObject({ tag: other.tag });
      expect(await scene.store.findById(scene.mia.identifierHash, scene.mia.attemptId)).toEqual(await find(scene.mia));
      expect(await scene.store.findById(scene.mia.identifierHash, randomUUID())).toBeNull();
      expect(await scene.store.findById(hex(), scene.mia.attemptId)).toBeNull();
    });

    it('lets the owner of an identifier be told once a day, although fifty ask at once', async () => {
      const asked = times(50, (n) =>
        scene.stores[n % scene.stores.length]?.reserveOwnerNotice(scene.mia.identifierHash),
      );
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
      expect(await scene.store.reserveOwnerNotice(hex())).toBe(true);
    });

    it('lets him be told again when he was not reached', async () => {
      await scene.store.reserveOwnerNotice(scene.mia.identifierHash);
      await scene.store.releaseOwnerNotice(scene.mia.identifierHash);
      expect([
        await scene.store.reserveOwnerNotice(scene.mia.identifierHash),
        await scene.store.reserveOwnerNotice(scene.mia.identifierHash),
      ]).toEqual([true, false]);
    });
  });
}
