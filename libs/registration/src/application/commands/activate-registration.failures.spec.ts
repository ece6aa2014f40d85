import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('ActivateRegistration, when it cannot be', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });

  const somebodyElse = (id = 'staff made') =>
    house.directory.createCustomer({
      ...{ id, identifier: parseIdentifier('mia@example.org', 'US'), attemptId: 'of staff', firstName: null },
      ...{ lastName: null, market: 'US', locale: 'en', credential: null, verifiedBy: 'staff' as const },
    });

  describe('given our own failure', () => {
    const refuse = (error: Error) => () => Promise.reject(error);

    it.each<[string, () => void]>([
      ['no room for the hash', () => Object.assign(house.credentials, { beforeHash: refuse(new HashingBusy()) })],
      ['a database that is away', () => Object.assign(house.directory, { createCustomer: refuse(new Error('away')) })],
    ])('%s, then the claim and the guess are given back, and the code is good', async (_, fail) => {
      const code = await house.registerAndReadCode();
      fail();
      house.clock.advance(MINUTE - 1);
      await expect(house.activate(code)).rejects.toThrow();
      expect([house.customers, house.created, house.charged]).toEqual([[], 0, 0]);
      house.credentials.beforeHash = () => undefined;
      Reflect.deleteProperty(house.directory, 'createCustomer');
      house.clock.advance(59 * SECOND);
      expect(await house.activate(code)).toMatchObject({ outcome: 'active' });
      expect(house.charged).toBe(0);
    });

    it('KP-A2 the transaction fails at its end, then nothing of it is left', async () => {
      const code = await house.registerAndReadCode();
      const append = house.outbox.append.bind(house.outbox);
      house.outbox.append = async (event) => {
        await append(event);
        throw new Error('commit failed');
      };
      await expect(house.activate(code)).rejects.toThrow('commit failed');
      expect([house.customers, house.created]).toEqual([[], 0]);
      expect((await house.attempt())?.activatedAt).toBe(0);
    });

    it('AC-54 the code store is away, then nobody gets in', async () => {
      const code = await house.registerAndReadCode();
      house.codes.claim = () => Promise.reject(new Error('away'));
      await expect(house.activate(code)).rejects.toThrow('away');
      expect(house.customers).toEqual([]);
    });
  });

  describe('given an identifier that went to somebody else meanwhile', () => {
    it('then the attempt is dead: unknown, and it is gone', async () => {
      const code = await house.registerAndReadCode();
      await somebodyElse();
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      expect([await house.attempt(), house.customers, house.created]).toEqual([null, ['staff made'], 1]);
      expect(house.charged).toBe(0);
    });

    it('RC-16 at this very instant, then the same', async () => {
      const code = await house.registerAndReadCode();
      const standing = house.directory.checkAvailability.bind(house.directory);
      house.directory.checkAvailability = async (...asked) => {
        const before = await standing(...asked);
        await somebodyElse();
        return before;
      };
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
      expect(await house.attempt()).toBeNull();
    });

    it('then an id that collides is no replay', async () => {
      const code = await house.registerAndReadCode();
      await somebodyElse((await house.attempt())?.customerId);
      expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    });
  });

  it('given a key that points elsewhere by now, then the attempt is dead', async () => {
    const code = await house.registerAndReadCode();
    const attempt = await house.attempt();
    await house.keys.lockAndIncrement([attempt?.identifierHash ?? ''], 'fresh id', attempt?.customerId ?? null);
    expect(await house.activate(code)).toEqual({ outcome: 'unknown' });
    expect([house.customers, await house.attempt()]).toEqual([[], null]);
  });
});
