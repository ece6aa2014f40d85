import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration, when it cannot be', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });

  const somebodyElse = (id = 'staff made') =>
    harness.directory.createCustomer({
      ...{ id, identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'of staff', firstName: null },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });

  describe('given our own failure', () => {
    const refuse = (error: Error) => () => Promise.reject(error);

    it.each<[string, () => void]>([
      ['no room for the hash', () => Object.assign(harness.credentials, { beforeHash: refuse(new HashingBusy()) })],
      [
        'a database that is away',
        () => Object.assign(harness.directory, { createCustomer: refuse(new Error('away')) }),
      ],
    ])('%s, then the claim and the guess are given back, and the code is good', async (_, fail) => {
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

    it('KP-A2 the transaction fails at its end, then nothing of it is left', async () => {
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

    it('AC-54 the code store is away, then nobody gets in', async () => {
      const code = await harness.registerAndReadCode();
      harness.codes.claim = () => Promise.reject(new Error('away'));
      await expect(harness.activate(code)).rejects.toThrow('away');
      expect(harness.customers).toEqual([]);
    });
  });

  describe('given an identifier that went to somebody else meanwhile', () => {
    it('then the attempt is dead: unknown, and it is gone', async () => {
      const code = await harness.registerAndReadCode();
      await somebodyElse();
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
      expect([await harness.attempt(), harness.customers, harness.created]).toEqual([null, ['staff made'], 1]);
      expect(harness.charged).toBe(0);
    });

    it('RC-16 at this very instant, then the same', async () => {
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

    it('then an id that collides is no replay', async () => {
      const code = await harness.registerAndReadCode();
      await somebodyElse((await harness.attempt())?.customerId);
      expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    });
  });

  it('given a key that points elsewhere by now, then the attempt is dead', async () => {
    const code = await harness.registerAndReadCode();
    const attempt = await harness.attempt();
    await harness.keys.lockAndIncrement([attempt?.identifierHash ?? ''], 'fresh id', attempt?.customerId ?? null);
    expect(await harness.activate(code)).toEqual({ outcome: 'unknown' });
    expect([harness.customers, await harness.attempt()]).toEqual([[], null]);
  });
});
