import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';
import { ActivateRegistration, ActivateRegistrationHandler } from './activate-registration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration, again and at once', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });

  describe('given the same activation again', () => {
    it('within a minute, then the same answer, and nothing is announced or hashed twice', async () => {
      const code = await house.registerAndReadCode();
      const first = await house.activate(code);
      house.clock.advance(MINUTE - 1);
      expect(await house.activate(code)).toEqual(first);
      expect([house.created, house.credentials.hashed.length, house.charged]).toEqual([1, 1, 0]);
    });

    it('after the minute, then already active, for as long as the receipt lives', async () => {
      const code = await house.registerAndReadCode();
      await house.activate(code);
      house.clock.advance(MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'already_active' });
      house.clock.advance(28 * MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'already_active' });
      house.clock.advance(MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    });

    it('and the customer has another password since, or may not sign in, then it is unknown [AC-68]', async () => {
      const code = await house.registerAndReadCode();
      await house.activate(code);
      house.credentials.ended.add(house.customers[0] ?? '');
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      house.clock.advance(MINUTE);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    });

    it('and both the tidying was lost and the password changed, then it is unknown, announced once [AC-68]', async () => {
      const code = await house.registerAndReadCode();
      house.attempts.convertToReceipt = () => Promise.reject(new Error('away'));
      house.codes.consume = () => Promise.reject(new Error('away'));
      await house.activate(code);
      house.credentials.ended.add(house.customers[0] ?? '');
      house.clock.advance(10 * SECOND);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      expect([house.created, house.charged]).toEqual([1, 0]);
    });

    it('FM-C1 within a minute by the store, then the same answer, however wrong the clock of this process is', async () => {
      const code = await house.registerAndReadCode();
      const first = await house.activate(code);
      for (const minutes of [5, -5]) {
        const clock = new FixedClock();
        clock.advance(minutes * MINUTE);
        const { attempts, codes, admission, ids } = house;
        const elsewhere = new ActivateRegistrationHandler(attempts, codes, admission, ids, clock);
        const [preHash] = house.credentials.preHashes('correct horse');
        expect(await elsewhere.execute(new ActivateRegistration(house.keyOf(), preHash, code, SOURCE.prefix))).toEqual(
          first,
        );
      }
    });

    it('KP-A3 and the tidying was lost, then the same answer, announced once', async () => {
      const code = await house.registerAndReadCode();
      const { convertToReceipt } = house.attempts;
      const { consume } = house.codes;
      house.attempts.convertToReceipt = () => Promise.reject(new Error('away'));
      house.codes.consume = () => Promise.reject(new Error('away'));
      const first = await house.activate(code);
      expect(first).toMatchObject({ outcome: 'active' });
      Object.assign(house.attempts, { convertToReceipt });
      Object.assign(house.codes, { consume });
      house.clock.advance(10 * SECOND);
      expect(await house.activate(code)).toEqual(first);
      expect([house.created, house.charged]).toEqual([1, 0]);
      expect((await house.attempt())?.activatedAt).toBeGreaterThan(0);
    });
  });

  describe('given another request that is activating the same attempt', () => {
    /** The first request hangs in the expensive hash until the clock has moved so far. */
    const held = async (milliseconds: number, fails?: Error) => {
      const code = await house.registerAndReadCode();
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let first = true;
      house.credentials.beforeHash = async () => {
        if (!first) return;
        first = false;
        await gate;
        if (fails) throw fails;
      };
      const holder = house.activate(code).catch((error: unknown) => error);
      await new Promise(setImmediate);
      house.clock.after(milliseconds, async () => {
        release();
        await holder;
      });
      return { code, holder };
    };

    it('then it waits for the outcome and gets the same answer: a double click', async () => {
      const { code, holder } = await held(500);
      const second = await house.activate(code);
      expect(second).toEqual(await holder);
      expect(second).toMatchObject({ outcome: 'active' });
      expect([house.created, house.credentials.hashed.length, house.charged]).toEqual([1, 1, 0]);
    });

    it('then it says after two seconds that it is in progress, uncounted', async () => {
      const { code, holder } = await held(5 * SECOND);
      const start = house.clock.now().getTime();
      expect(await house.activate(code)).toEqual({ outcome: 'in_progress' });
      expect(house.clock.now().getTime() - start).toBe(2 * SECOND);
      await house.clock.pause(5 * SECOND);
      expect(await holder).toMatchObject({ outcome: 'active' });
      expect(house.charged).toBe(0);
    });

    it('KP-A3 and that one died behind its commit, then it is told so, although nobody tidied up', async () => {
      const code = await house.registerAndReadCode();
      house.attempts.convertToReceipt = () => new Promise(() => undefined);
      void house.activate(code);
      await new Promise(setImmediate);
      expect(await house.activate(code)).toMatchObject({ outcome: 'active', customer: { email: 'mia@example.org' } });
      expect([house.created, house.charged]).toEqual([1, 0]);
    });

    it('and that one fails, then it takes over', async () => {
      const { code, holder } = await held(500, new HashingBusy());
      expect(await house.activate(code)).toMatchObject({ outcome: 'active' });
      expect(await holder).toBeInstanceOf(HashingBusy);
      expect(house.created).toBe(1);
    });

    it('and the outcome comes between its two looks, then it gets it, not the end of the code', async () => {
      const code = await house.registerAndReadCode();
      const claim = house.codes.claim.bind(house.codes);
      let first: unknown;
      house.codes.claim = async (address, typed, requestId) => {
        house.codes.claim = claim;
        first = await house.activate(code);
        return claim(address, typed, requestId);
      };
      expect(await house.activate(code)).toEqual(first);
      expect(first).toMatchObject({ outcome: 'active' });
    });
  });

  it('RC-01 given the same activation ten times at once, then one customer, and the same answer for all', async () => {
    const code = await house.registerAndReadCode();
    const results = await Promise.all(Array.from({ length: 10 }, () => house.activate(code)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toMatchObject({ outcome: 'active' });
    expect([house.customers.length, house.created, house.credentials.hashed.length]).toEqual([1, 1, 1]);
  });

  it('RC-04 given two attempts with different passwords at once, then one gets in and the other dies', async () => {
    const [mine, yours] = [
      await house.registerAndReadCode(),
      await house.registerAndReadCode({ password: 'of somebody else' }),
    ];
    const results = await Promise.all([house.activate(mine), house.activate(yours, { password: 'of somebody else' })]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['active', 'unknown']);
    expect([house.customers.length, house.created]).toEqual([1, 1]);
  });
});
