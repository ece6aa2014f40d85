import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { RegistrationHarness, SOURCE } from '../../testing/registration-harness.js';
import { ActivateRegistration, ActivateRegistrationHandler } from './activate-registration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration, repeated and concurrent', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  describe('with a repeated activation', () => {
    it('returns the same result within a minute, without hashing or publishing again', async () => {
      const code = await harness.registerAndReadCode();
      const first = await harness.activate(code);
      harness.clock.advance(MINUTE - 1);
      expect(await harness.activate(code)).toEqual(first);
      expect([harness.created, harness.credentials.hashed.length, harness.charged]).toEqual([1, 1, 0]);
    });

    it('returns already active after a minute, for the lifetime of the receipt', async () => {
      const code = await harness.registerAndReadCode();
      await harness.activate(code);
      harness.clock.advance(MINUTE);
      expect(await harness.activate(code)).toEqual({ outcome: 'already_active' });
      harness.clock.advance(28 * MINUTE);
      expect(await harness.activate(code)).toEqual({ outcome: 'already_active' });
      harness.clock.advance(MINUTE);
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    });

    it('returns unknown when the customer has changed the password or may not sign in [AC-68]', async () => {
      const code = await harness.registerAndReadCode();
      await harness.activate(code);
      harness.credentials.ended.add(harness.customers[0] ?? '');
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
      harness.clock.advance(MINUTE);
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    });

    it('returns unknown and publishes once when the cleanup was lost and the password changed [AC-68]', async () => {
      const code = await harness.registerAndReadCode();
      harness.attempts.convertToReceipt = () => Promise.reject(new Error('away'));
      harness.codes.consume = () => Promise.reject(new Error('away'));
      await harness.activate(code);
      harness.credentials.ended.add(harness.customers[0] ?? '');
      harness.clock.advance(10 * SECOND);
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
      expect([harness.created, harness.charged]).toEqual([1, 0]);
    });

    it('returns the same result within a minute of the store clock, regardless of the process clock [FM-C1]', async () => {
      const code = await harness.registerAndReadCode();
      const first = await harness.activate(code);
      for (const minutes of [5, -5]) {
        const clock = new FixedClock();
        clock.advance(minutes * MINUTE);
        const { attempts, codes, admission, ids } = harness;
        const elsewhere = new ActivateRegistrationHandler(attempts, codes, admission, ids, clock);
        const [preHash] = harness.credentials.preHashes('correct horse');
        expect(
          await elsewhere.execute(new ActivateRegistration(harness.keyOf(), preHash, code, SOURCE.prefix)),
        ).toEqual(first);
      }
    });

    it('returns the same result and publishes once when the cleanup was lost [KP-A3]', async () => {
      const code = await harness.registerAndReadCode();
      const { convertToReceipt } = harness.attempts;
      const { consume } = harness.codes;
      harness.attempts.convertToReceipt = () => Promise.reject(new Error('away'));
      harness.codes.consume = () => Promise.reject(new Error('away'));
      const first = await harness.activate(code);
      expect(first).toMatchObject({ outcome: 'active' });
      Object.assign(harness.attempts, { convertToReceipt });
      Object.assign(harness.codes, { consume });
      harness.clock.advance(10 * SECOND);
      expect(await harness.activate(code)).toEqual(first);
      expect([harness.created, harness.charged]).toEqual([1, 0]);
      expect((await harness.attempt())?.activatedAt).toBeGreaterThan(0);
    });
  });

  describe('with a concurrent activation of the same attempt', () => {
    /** The first request waits in the expensive hash until the clock has advanced by `milliseconds`. */
    const startSlowActivation = async (milliseconds: number, fails?: Error) => {
      const code = await harness.registerAndReadCode();
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let first = true;
      harness.credentials.beforeHash = async () => {
        if (!first) return;
        first = false;
        await gate;
        if (fails) throw fails;
      };
      const holder = harness.activate(code).catch((error: unknown) => error);
      await new Promise(setImmediate);
      harness.clock.after(milliseconds, async () => {
        release();
        await holder;
      });
      return { code, holder };
    };

    it('waits for the outcome and returns the same result, as for a double click', async () => {
      const { code, holder } = await startSlowActivation(500);
      const second = await harness.activate(code);
      expect(second).toEqual(await holder);
      expect(second).toMatchObject({ outcome: 'active' });
      expect([harness.created, harness.credentials.hashed.length, harness.charged]).toEqual([1, 1, 0]);
    });

    it('returns in progress after two seconds, without counting', async () => {
      const { code, holder } = await startSlowActivation(5 * SECOND);
      const start = harness.clock.now().getTime();
      expect(await harness.activate(code)).toEqual({ outcome: 'in_progress' });
      expect(harness.clock.now().getTime() - start).toBe(2 * SECOND);
      await harness.clock.pause(5 * SECOND);
      expect(await holder).toMatchObject({ outcome: 'active' });
      expect(harness.charged).toBe(0);
    });

    it('returns the customer when the other request crashed after its commit [KP-A3]', async () => {
      const code = await harness.registerAndReadCode();
      harness.attempts.convertToReceipt = () => new Promise(() => undefined);
      void harness.activate(code);
      await new Promise(setImmediate);
      expect(await harness.activate(code)).toMatchObject({ outcome: 'active', customer: { email: 'mia@example.org' } });
      expect([harness.created, harness.charged]).toEqual([1, 0]);
    });

    it('takes over when the other request fails', async () => {
      const { code, holder } = await startSlowActivation(500, new HashingBusy());
      expect(await harness.activate(code)).toMatchObject({ outcome: 'active' });
      expect(await holder).toBeInstanceOf(HashingBusy);
      expect(harness.created).toBe(1);
    });

    it('returns the outcome, not an expired code, when it arrives between two polls', async () => {
      const code = await harness.registerAndReadCode();
      const claim = harness.codes.claim.bind(harness.codes);
      let first: unknown;
      harness.codes.claim = async (address, typed, requestId) => {
        harness.codes.claim = claim;
        first = await harness.activate(code);
        return claim(address, typed, requestId);
      };
      expect(await harness.activate(code)).toEqual(first);
      expect(first).toMatchObject({ outcome: 'active' });
    });
  });

  it('creates one customer for ten concurrent activations and returns the same result to all [RC-01]', async () => {
    const code = await harness.registerAndReadCode();
    const results = await Promise.all(Array.from({ length: 10 }, () => harness.activate(code)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(results[0]).toMatchObject({ outcome: 'active' });
    expect([harness.customers.length, harness.created, harness.credentials.hashed.length]).toEqual([1, 1, 1]);
  });

  it('activates one of two concurrent attempts with different passwords and removes the other [RC-04]', async () => {
    const [mine, yours] = [
      await harness.registerAndReadCode(),
      await harness.registerAndReadCode({ password: 'of somebody else' }),
    ];
    const results = await Promise.all([
      harness.activate(mine),
      harness.activate(yours, { password: 'of somebody else' }),
    ]);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['active', 'unknown']);
    expect([harness.customers.length, harness.created]).toEqual([1, 1]);
  });
});
