import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hex } from '../testing/an-attempt-draft.js';
import { type RegistrationKeysFixture, times } from '../testing/registration-keys-fixture.js';

/** An identifier goes from one to another. */
export function keyAssignmentsContract(fixture: RegistrationKeysFixture): void {
  const { hold, find } = fixture;

  describe('an identifier that changes hands', () => {
    const give = (id: string, hashes = [fixture.identifier]) =>
      fixture.under.work.run(() => fixture.keys.assign(hashes, id));
    const take = (fresh: string, hashes = [fixture.identifier]) =>
      fixture.under.work.run(() => fixture.keys.reassign(hashes, fresh));

    it('has a key that points to whoever got it, although there was none', async () => {
      const id = randomUUID();
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 0 });
      expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 1 });
    });

    it('points away from the id of its pending attempts', async () => {
      const [pending, id] = [randomUUID(), randomUUID()];
      await hold(pending);
      await hold(pending);
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 0 });
    });

    it('gives the same again without harm', async () => {
      const id = randomUUID();
      await hold(id);
      await give(id);
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 1 });
    });

    it('points to the fresh id when it is nobody’s, although there was no key', async () => {
      const [first, fresh] = [randomUUID(), randomUUID()];
      await take(first);
      expect(await find()).toEqual({ customerId: first, sequence: 0 });
      await take(fresh);
      expect(await hold(randomUUID())).toEqual({ customerId: fresh, sequence: 1 });
    });

    it('counts the events of an id on when it comes back, however often', async () => {
      const [id, between] = [randomUUID(), randomUUID()];
      await hold(id);
      await hold(id);
      await take(between);
      await hold(id);
      await give(id);
      expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 3 });
      await take(randomUUID());
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 3 });
    });

    describe('of many at once', () => {
      const giveAll = (gifts: readonly { hashes: readonly string[]; customerId: string }[]) =>
        fixture.under.work.run(() => fixture.keys.assignAll(gifts));

      it('has a key that points to whoever got it; those that had one are told', async () => {
        const gifts = times(1_500, () => ({ hashes: [hex(), hex()], customerId: randomUUID() }));
        const [first, , third] = gifts;
        if (!first || !third) throw new Error('there are many');
        await hold(randomUUID(), null, [first.hashes[1] ?? '']);
        await hold(third.customerId, null, third.hashes);
        const keyed = await giveAll(gifts);
        expect(keyed).toEqual([first, third]);
        for (const gift of [gifts[1], gifts[700], gifts[1_499]])
          expect(await fixture.keys.find(gift?.hashes ?? [])).toEqual({ customerId: gift?.customerId, sequence: 0 });
        expect(await fixture.keys.find(first.hashes)).toEqual({ customerId: first.customerId, sequence: 0 });
        expect(await fixture.keys.find(third.hashes), 'counts on').toEqual({
          customerId: third.customerId,
          sequence: 1,
        });
        expect(await giveAll(gifts)).toHaveLength(1_500);
      });

      it('counts the events of an id on that comes back', async () => {
        const id = randomUUID();
        await hold(id);
        await hold(id);
        await take(randomUUID());
        const other = hex();
        await giveAll([{ hashes: [other], customerId: id }]);
        expect(await fixture.keys.find([other])).toEqual({ customerId: id, sequence: 2 });
      });

      it('INV-03 goes to one after the other when ten give the same at once', async () => {
        const hashes = times(20, () => hex()).sort();
        const ids = times(10, () => randomUUID());
        await Promise.all(ids.map((customerId) => giveAll(hashes.map((hash) => ({ hashes: [hash], customerId })))));
        const holders = await Promise.all(hashes.map((hash) => fixture.keys.find([hash])));
        expect(new Set(holders.map((holder) => holder?.customerId)).size).toBe(1);
      });

      it('does nothing for nothing', async () => expect(await giveAll([])).toEqual([]));
    });

    it('keeps its key under whichever key of the ring it has', async () => {
      const [newer, id, fresh] = [hex(), randomUUID(), randomUUID()];
      await hold(randomUUID());
      await give(id, [newer, fixture.identifier]);
      expect([await find(), await fixture.keys.find([newer])]).toEqual([{ customerId: id, sequence: 0 }, null]);
      await take(fresh, [newer, fixture.identifier]);
      expect(await find()).toEqual({ customerId: fresh, sequence: 0 });
    });

    it('is forgotten with an erased customer, unless somebody has begun to register since', async () => {
      const [id, fresh, other] = [randomUUID(), randomUUID(), hex()];
      const forget = (hashes: string[]) => fixture.under.work.run(() => fixture.keys.forgetCustomer(hashes, id));
      await hold(id);
      await take(fresh);
      await hold(randomUUID(), null, [other]);
      await forget([hex(), fixture.identifier]);
      expect([await find(), (await fixture.keys.find([other]))?.sequence]).toEqual([null, 1]);
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 0 });
      await take(fresh);
      await hold(randomUUID());
      await forget([fixture.identifier]);
      expect(await find()).toEqual({ customerId: fresh, sequence: 1 });
    });

    it('INV-03 goes to one after the other when ten give and take it at once', async () => {
      const ids = times(10, () => randomUUID());
      await Promise.all(ids.map((id, n) => (n % 2 === 0 ? give(id) : take(id))));
      expect(ids).toContain((await find())?.customerId);
    });
  });
}
