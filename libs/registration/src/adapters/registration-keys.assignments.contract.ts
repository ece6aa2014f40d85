import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hex } from '../testing/an-attempt-draft.js';
import { type RegistrationKeysFixture, times } from '../testing/registration-keys-fixture.js';

/** Contract for identifiers that change owners. */
export function keyAssignmentsContract(fixture: RegistrationKeysFixture): void {
  const { hold, find } = fixture;

  describe('an identifier that changes owners', () => {
    const give = (id: string, hashes = [fixture.identifier]) =>
      fixture.under.work.run(() => fixture.keys.assign(hashes, id));
    const take = (fresh: string, hashes = [fixture.identifier]) =>
      fixture.under.work.run(() => fixture.keys.reassign(hashes, fresh));

    it('gets a key with its new owner when there was none', async () => {
      const id = randomUUID();
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 0 });
      expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 1 });
    });

    it('replaces the id of its pending attempts', async () => {
      const [pending, id] = [randomUUID(), randomUUID()];
      await hold(pending);
      await hold(pending);
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 0 });
    });

    it('can be assigned to the same owner again', async () => {
      const id = randomUUID();
      await hold(id);
      await give(id);
      await give(id);
      expect(await find()).toEqual({ customerId: id, sequence: 1 });
    });

    it('gets a key with a fresh id when it loses its owner and there was no key', async () => {
      const [first, fresh] = [randomUUID(), randomUUID()];
      await take(first);
      expect(await find()).toEqual({ customerId: first, sequence: 0 });
      await take(fresh);
      expect(await hold(randomUUID())).toEqual({ customerId: fresh, sequence: 1 });
    });

    it('continues the event sequence of an id that is assigned again', async () => {
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

    describe('in bulk', () => {
      const assignAll = (assignments: readonly { hashes: readonly string[]; customerId: string }[]) =>
        fixture.under.work.run(() => fixture.keys.assignAll(assignments));

      it('get keys with their new owners and return the existing keys', async () => {
        const assignments = times(1_500, () => ({ hashes: [hex(), hex()], customerId: randomUUID() }));
        const [first, , third] = assignments;
        if (!first || !third) throw new Error('there are many');
        await hold(randomUUID(), null, [first.hashes[1] ?? '']);
        await hold(third.customerId, null, third.hashes);
        const keyed = await assignAll(assignments);
        expect(keyed).toEqual([first, third]);
        for (const assignment of [assignments[1], assignments[700], assignments[1_499]])
          expect(await fixture.keys.find(assignment?.hashes ?? [])).toEqual({
            customerId: assignment?.customerId,
            sequence: 0,
          });
        expect(await fixture.keys.find(first.hashes)).toEqual({ customerId: first.customerId, sequence: 0 });
        expect(await fixture.keys.find(third.hashes), 'counts on').toEqual({
          customerId: third.customerId,
          sequence: 1,
        });
        expect(await assignAll(assignments)).toHaveLength(1_500);
      });

      it('continue the event sequence of an id that is assigned again', async () => {
        const id = randomUUID();
        await hold(id);
        await hold(id);
        await take(randomUUID());
        const other = hex();
        await assignAll([{ hashes: [other], customerId: id }]);
        expect(await fixture.keys.find([other])).toEqual({ customerId: id, sequence: 2 });
      });

      it('are assigned one after the other when ten assign the same concurrently [INV-03]', async () => {
        const hashes = times(20, () => hex()).sort();
        const ids = times(10, () => randomUUID());
        await Promise.all(ids.map((customerId) => assignAll(hashes.map((hash) => ({ hashes: [hash], customerId })))));
        const holders = await Promise.all(hashes.map((hash) => fixture.keys.find([hash])));
        expect(new Set(holders.map((holder) => holder?.customerId)).size).toBe(1);
      });

      it('do nothing for an empty list', async () => expect(await assignAll([])).toEqual([]));
    });

    it('keeps its key under the existing key of the ring', async () => {
      const [newer, id, fresh] = [hex(), randomUUID(), randomUUID()];
      await hold(randomUUID());
      await give(id, [newer, fixture.identifier]);
      expect([await find(), await fixture.keys.find([newer])]).toEqual([{ customerId: id, sequence: 0 }, null]);
      await take(fresh, [newer, fixture.identifier]);
      expect(await find()).toEqual({ customerId: fresh, sequence: 0 });
    });

    it('loses its key with an erased customer, unless a registration has started since', async () => {
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

    it('is assigned one after the other when ten assign and reassign it concurrently [INV-03]', async () => {
      const ids = times(10, () => randomUUID());
      await Promise.all(ids.map((id, n) => (n % 2 === 0 ? give(id) : take(id))));
      expect(ids).toContain((await find())?.customerId);
    });
  });
}
