import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hex } from '../testing/an-attempt-draft.js';
import {
  RegistrationKeysFixture,
  type RegistrationKeysUnderTest,
  times,
} from '../testing/registration-keys-fixture.js';
import { keyAssignmentsContract } from './registration-keys.assignments.contract.js';

const upTo = (count: number) => times(count, (n) => n + 1);

/** What every `RegistrationKeys` must do. */
export function registrationKeysContract(name: string, open: () => Promise<RegistrationKeysUnderTest>): void {
  describe(`${name} is a RegistrationKeys`, () => {
    const fixture = new RegistrationKeysFixture();
    const { hold, find } = fixture;

    beforeAll(async () => {
      fixture.under = await open();
    });
    beforeEach(() => {
      fixture.identifier = hex();
    });
    afterAll(() => fixture.under.drop());

    keyAssignmentsContract(fixture);

    it('finds no key before the first attempt', async () => {
      expect(await find()).toBeNull();
      expect(await fixture.under.work.run(() => fixture.keys.lockAndMarkProven([fixture.identifier]))).toBeNull();
    });

    it('keeps the id that was proposed first', async () => {
      const id = randomUUID();
      expect(await hold(id)).toEqual({ customerId: id, sequence: 1 });
      expect(await hold(randomUUID())).toEqual({ customerId: id, sequence: 2 });
      expect(await find()).toEqual({ customerId: id, sequence: 2 });
    });

    it('replaces a lost id and restarts its event sequence', async () => {
      const [lost, fresh] = [randomUUID(), randomUUID()];
      await hold(lost);
      await hold(lost);
      expect(await hold(fresh, lost)).toEqual({ customerId: fresh, sequence: 1 });
      expect(await hold(randomUUID(), lost)).toEqual({ customerId: fresh, sequence: 2 });
    });

    it('finds a key under every key of the ring and writes a new one under the first', async () => {
      const [id, newer] = [randomUUID(), hex()];
      await hold(id);
      const both = [newer, fixture.identifier];
      expect(await fixture.keys.find(both)).toEqual({ customerId: id, sequence: 1 });
      expect(await hold(randomUUID(), null, both)).toEqual({ customerId: id, sequence: 2 });
      expect(await fixture.under.work.run(() => fixture.keys.lockAndMarkProven(both))).toEqual({
        customerId: id,
        sequence: 2,
      });
      const [other, first] = [hex(), randomUUID()];
      await hold(first, null, [other, hex()]);
      expect(await fixture.keys.find([other])).toEqual({ customerId: first, sequence: 1 });
    });

    it('keeps nothing of a unit of work that rolls back', async () => {
      const failing = (proposed: string, lost: string | null) =>
        fixture.under.work.run(async () => {
          await fixture.keys.lockAndIncrement([fixture.identifier], proposed, lost);
          throw new Error('changed its mind');
        });
      await expect(failing(randomUUID(), null)).rejects.toThrow('changed its mind');
      expect(await find()).toBeNull();
      const id = randomUUID();
      await hold(id);
      await expect(failing(randomUUID(), id)).rejects.toThrow('changed its mind');
      expect(await find()).toEqual({ customerId: id, sequence: 1 });
    });

    it('gives thirty concurrent attempts one id and distinct sequence numbers [INV-03] [RC-03]', async () => {
      const held = await Promise.all(times(30, () => hold(randomUUID())));
      expect(new Set(held.map(({ customerId }) => customerId)).size).toBe(1);
      expect(held.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(upTo(30));
    });

    it('stores one id when thirty requests find it lost concurrently [INV-03]', async () => {
      const lost = randomUUID();
      await hold(lost);
      const held = await Promise.all(times(30, () => hold(randomUUID(), lost)));
      expect(new Set(held.map(({ customerId }) => customerId)).size).toBe(1);
      expect(held.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(upTo(30));
    });

    it.each(['lockAndIncrement', 'lockAndMarkProven', 'assign', 'reassign'] as const)(
      'locks a key from %s until the unit is over',
      async (how) => {
        await hold(randomUUID());
        const order: string[] = [];
        let locked: () => void = () => undefined;
        const isLocked = new Promise<void>((resolve) => {
          locked = resolve;
        });
        const first = fixture.under.work.run(async () => {
          if (how === 'lockAndIncrement') await fixture.keys.lockAndIncrement([fixture.identifier], randomUUID(), null);
          else if (how === 'lockAndMarkProven') await fixture.keys.lockAndMarkProven([fixture.identifier]);
          else await fixture.keys[how]([fixture.identifier], randomUUID());
          locked();
          await new Promise((resolve) => setTimeout(resolve, 100));
          order.push('first');
        });
        await isLocked;
        const second = fixture.under.work.run(async () => {
          await fixture.keys.lockAndMarkProven([fixture.identifier]);
          order.push('second');
        });
        await Promise.all([first, second]);
        expect(order).toEqual(['first', 'second']);
      },
    );

    it('does not change keys of other identifiers', async () => {
      const other = hex();
      await hold(randomUUID(), null, [other]);
      await hold(randomUUID());
      await fixture.under.work.run(() => fixture.keys.lockAndMarkProven([fixture.identifier]));
      expect((await fixture.keys.find([other]))?.sequence).toBe(1);
    });
  });
}
