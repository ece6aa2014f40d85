import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration, failures', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const somebodyElse = (id = 'staff made') =>
    harness.directory.createCustomer({
      ...{ id, identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'of staff', firstName: null },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });

  describe('with a server failure', () => {
    const refuse = (error: Error) => () => Promise.reject(error);

    it.each<[string, () => void]>([
      ['no hashing capacity', () => Object.assign(harness.credentials, { beforeHash: refuse(new HashingBusy()) })],
      [
        'a database that cannot be reached',
        () => Object.assign(harness.directory, { createCustomer: refuse(new Error('away')) }),
      ],
    ])('releases the claim, refunds the guess and keeps the code valid: %s', async (_, fail) => {
      const code = await harness.registerAndReadCode();
      fail();
      harness.clock.advance(MINUTE - 1);
      await expect(harness.activate(code)).rejects.toThrow();
      expect([harness.customers, harness.created, harness.charged]).toEqual([[], 0, 0]);
      harness.credentials.beforeHash = () => undefined;
      Reflect.deleteProperty(harness.directory, 'createCustomer');
      harness.clock.advance(59 * SECOND);
      expect(await harness.activate(code)).toMatchObject({ outcome: 'active' });
      expect(harness.charged).toBe(0);
    });

    it('leaves nothing when the transaction fails at its end [KP-A2]', async () => {
      const code = await harness.registerAndReadCode();
      const append = harness.outbox.append.bind(harness.outbox);
      harness.outbox.append = async (event) => {
        await append(event);
        throw new Error('commit failed');
      };
      await expect(harness.activate(code)).rejects.toThrow('commit failed');
      expect([harness.customers, harness.created]).toEqual([[], 0]);
      expect((await harness.attempt())?.activatedAt).toBe(0);
    });

    it('creates no customer when the code store cannot be reached [AC-54]', async () => {
      const code = await harness.registerAndReadCode();
      harness.codes.claim = () => Promise.reject(new Error('away'));
      await expect(harness.activate(code)).rejects.toThrow('away');
      expect(harness.customers).toEqual([]);
    });
  });

  describe('with an identifier that was assigned to another customer', () => {
    it('returns unknown and removes the attempt', async () => {
      const code = await harness.registerAndReadCode();
      await somebodyElse();
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
      expect([await harness.attempt(), harness.customers, harness.created]).toEqual([null, ['staff made'], 1]);
      expect(harness.charged).toBe(0);
    });

    it('returns unknown and removes the attempt after a concurrent assignment [RC-16]', async () => {
      const code = await harness.registerAndReadCode();
      const standing = harness.directory.checkAvailability.bind(harness.directory);
      harness.directory.checkAvailability = async (...asked) => {
        const before = await standing(...asked);
        await somebodyElse();
        return before;
      };
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
      expect(await harness.attempt()).toBeNull();
    });

    it('does not treat a colliding id as a repeated activation', async () => {
      const code = await harness.registerAndReadCode();
      await somebodyElse((await harness.attempt())?.customerId);
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    });
  });

  it('rejects the attempt when its key has another id', async () => {
    const code = await harness.registerAndReadCode();
    const attempt = await harness.attempt();
    await harness.keys.lockAndIncrement([attempt?.identifierHash ?? ''], 'fresh id', attempt?.customerId ?? null);
    expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    expect([harness.customers, await harness.attempt()]).toEqual([[], null]);
  });
});
