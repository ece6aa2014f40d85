import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { UnitOfWork } from '#kernel';
import type { RegistrationKeys } from '../application/ports.js';
import { hex } from '../testing/a-draft.js';

export interface RegistrationKeysUnderTest {
  readonly keys: RegistrationKeys;
  readonly work: UnitOfWork;
  drop(): Promise<void>;
}

const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const upTo = (count: number) => times(count, (n) => n + 1);

/** What every `RegistrationKeys` must do. */
export function registrationKeysContract(name: string, open: () => Promise<RegistrationKeysUnderTest>): void {
  describe(`${name} is a RegistrationKeys`, () => {
    let under: RegistrationKeysUnderTest;
    let keys: RegistrationKeys;
    let identifier: string;

    beforeAll(async () => {
      under = await open();
      ({ keys } = under);
    });
    beforeEach(() => {
      identifier = hex();
    });
    afterAll(() => under.drop());

    const hold = (proposed: string, lost: string | null = null, hashes = [identifier]) =>
      under.work.run(() => keys.hold(hashes, proposed, lost));
    const find = () => keys.find([identifier]);

    it('knows no key before the first attempt', async () => {
      expect(await find()).toBeNull();
      expect(await under.work.run(() => keys.prove([identifier]))).toBeNull();
    });

    it('gives an identifier the id that was proposed first, for ever', async () => {
      const id = randomUUID();
      expect(await hold(id)).toEqual({ customerId: id, sequence: 1 });
      expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 2 });
      expect(await find()).toEqual({ customerId: id, sequence: 2 });
    });

    it('points to another id when the one it points to is lost, and counts its events anew', async () => {
      const [lost, fresh] = [randomUUID(), randomUUID()];
      await hold(lost);
      await hold(lost);
      expect(await hold(fresh, lost)).toEqual({ customerId: fresh, sequence: 1 });
      expect(await hold(randomUUID(), lost)).toEqual({ customerId: fresh, sequence: 2 });
    });

    it('knows a key under every key of the ring, and writes a new one under the first', async () => {
      const [id, newer] = [randomUUID(), hex()];
      await hold(id);
      const both = [newer, identifier];
      expect(await keys.find(both)).toEqual({ customerId: id, sequence: 1 });
      expect(await hold(randomUUID(), null, both)).toEqual({ customerId: id, sequence: 2 });
      expect(await under.work.run(() => keys.prove(both))).toEqual({ customerId: id, sequence: 2 });
      const [other, first] = [hex(), randomUUID()];
      await hold(first, null, [other, hex()]);
      expect(await keys.find([other])).toEqual({ customerId: first, sequence: 1 });
    });

    describe('a reserved id', () => {
      const reserve = (proposed: string, hashes = [identifier]) => under.work.run(() => keys.reserve(hashes, proposed));

      it('is the one that was proposed first, and counts no event', async () => {
        const id = randomUUID();
        expect(await reserve(id)).toBe(id);
        expect(await reserve(randomUUID())).toBe(id);
        expect(await find()).toEqual({ customerId: id, sequence: 0 });
        expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 1 });
      });

      it('is the one that its key has already, under whichever key of the ring', async () => {
        const id = randomUUID();
        await hold(id);
        expect(await reserve(randomUUID(), [hex(), identifier])).toBe(id);
        expect(await find()).toEqual({ customerId: id, sequence: 1 });
      });

      it('INV-03 is one for thirty that ask at once', async () => {
        const reserved = await Promise.all(times(30, () => reserve(randomUUID())));
        expect(new Set(reserved).size).toBe(1);
      });
    });

    describe('an identifier that changes hands', () => {
      const give = (id: string, hashes = [identifier]) => under.work.run(() => keys.give(hashes, id));
      const take = (fresh: string, hashes = [identifier]) => under.work.run(() => keys.take(hashes, fresh));

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
          under.work.run(() => keys.giveAll(gifts));

        it('has a key that points to whoever got it; those that had one are told', async () => {
          const gifts = times(1_500, () => ({ hashes: [hex(), hex()], customerId: randomUUID() }));
          const [first, , third] = gifts;
          if (!first || !third) throw new Error('there are many');
          await hold(randomUUID(), null, [first.hashes[1] ?? '']);
          await hold(third.customerId, null, third.hashes);
          const keyed = await giveAll(gifts);
          expect(keyed).toEqual([first, third]);
          for (const gift of [gifts[1], gifts[700], gifts[1_499]])
            expect(await keys.find(gift?.hashes ?? [])).toEqual({ customerId: gift?.customerId, sequence: 0 });
          expect(await keys.find(first.hashes)).toEqual({ customerId: first.customerId, sequence: 0 });
          expect(await keys.find(third.hashes), 'counts on').toEqual({ customerId: third.customerId, sequence: 1 });
          expect(await giveAll(gifts)).toHaveLength(1_500);
        });

        it('counts the events of an id on that comes back', async () => {
          const id = randomUUID();
          await hold(id);
          await hold(id);
          await take(randomUUID());
          const other = hex();
          await giveAll([{ hashes: [other], customerId: id }]);
          expect(await keys.find([other])).toEqual({ customerId: id, sequence: 2 });
        });

        it('INV-03 goes to one after the other when ten give the same at once', async () => {
          const hashes = times(20, () => hex()).sort();
          const ids = times(10, () => randomUUID());
          await Promise.all(ids.map((customerId) => giveAll(hashes.map((hash) => ({ hashes: [hash], customerId })))));
          const holders = await Promise.all(hashes.map((hash) => keys.find([hash])));
          expect(new Set(holders.map((holder) => holder?.customerId)).size).toBe(1);
        });

        it('does nothing for nothing', async () => expect(await giveAll([])).toEqual([]));
      });

      it('keeps its key under whichever key of the ring it has', async () => {
        const [newer, id, fresh] = [hex(), randomUUID(), randomUUID()];
        await hold(randomUUID());
        await give(id, [newer, identifier]);
        expect([await find(), await keys.find([newer])]).toEqual([{ customerId: id, sequence: 0 }, null]);
        await take(fresh, [newer, identifier]);
        expect(await find()).toEqual({ customerId: fresh, sequence: 0 });
      });

      it('is forgotten with an erased customer, unless somebody has begun to register since', async () => {
        const [id, fresh, other] = [randomUUID(), randomUUID(), hex()];
        const forget = (hashes: string[]) => under.work.run(() => keys.forget(hashes, id));
        await hold(id);
        await take(fresh);
        await hold(randomUUID(), null, [other]);
        await forget([hex(), identifier]);
        expect([await find(), (await keys.find([other]))?.sequence]).toEqual([null, 1]);
        await give(id);
        expect(await find()).toEqual({ customerId: id, sequence: 0 });
        await take(fresh);
        await hold(randomUUID());
        await forget([identifier]);
        expect(await find()).toEqual({ customerId: fresh, sequence: 1 });
      });

      it('INV-03 goes to one after the other when ten give and take it at once', async () => {
        const ids = times(10, () => randomUUID());
        await Promise.all(ids.map((id, n) => (n % 2 === 0 ? give(id) : take(id))));
        expect(ids).toContain((await find())?.customerId);
      });
    });

    it('keeps nothing of a unit that is rolled back', async () => {
      const failing = (proposed: string, lost: string | null) =>
        under.work.run(async () => {
          await keys.hold([identifier], proposed, lost);
          throw new Error('changed its mind');
        });
      await expect(failing(randomUUID(), null)).rejects.toThrow('changed its mind');
      expect(await find()).toBeNull();
      const id = randomUUID();
      await hold(id);
      await expect(failing(randomUUID(), id)).rejects.toThrow('changed its mind');
      expect(await find()).toEqual({ customerId: id, sequence: 1 });
    });

    it('INV-03 RC-03 gives thirty attempts at once one id, and each its place in the sequence', async () => {
      const held = await Promise.all(times(30, () => hold(randomUUID())));
      expect(new Set(held.map(({ customerId }) => customerId)).size).toBe(1);
      expect(held.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(upTo(30));
    });

    it('INV-03 points to one id although thirty find it lost at once', async () => {
      const lost = randomUUID();
      await hold(lost);
      const held = await Promise.all(times(30, () => hold(randomUUID(), lost)));
      expect(new Set(held.map(({ customerId }) => customerId)).size).toBe(1);
      expect(held.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(upTo(30));
    });

    it.each(['hold', 'prove', 'give', 'take'] as const)('locks a key from %s until the unit is over', async (how) => {
      await hold(randomUUID());
      const order: string[] = [];
      let locked: () => void = () => undefined;
      const isLocked = new Promise<void>((resolve) => {
        locked = resolve;
      });
      const first = under.work.run(async () => {
        if (how === 'hold') await keys.hold([identifier], randomUUID(), null);
        else if (how === 'prove') await keys.prove([identifier]);
        else await keys[how]([identifier], randomUUID());
        locked();
        await new Promise((resolve) => setTimeout(resolve, 100));
        order.push('first');
      });
      await isLocked;
      const second = under.work.run(async () => {
        await keys.prove([identifier]);
        order.push('second');
      });
      await Promise.all([first, second]);
      expect(order).toEqual(['first', 'second']);
    });

    it('leaves the keys of others alone', async () => {
      const other = hex();
      await hold(randomUUID(), null, [other]);
      await hold(randomUUID());
      await under.work.run(() => keys.prove([identifier]));
      expect((await keys.find([other]))?.sequence).toBe(1);
    });
  });
}
