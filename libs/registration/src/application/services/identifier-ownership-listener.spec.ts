import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { ImmediateAfterCommit } from '#kernel/testing';
import { MIA, RegistrationHarness } from '../../testing/registration-harness.js';
import { IdentifierOwnershipListener } from './identifier-ownership-listener.js';

const IDENTIFIER = parseIdentifier(MIA.email, 'US');
const PREHASH = { kid: 'new', value: MIA.password };

describe('KeyKeeper', () => {
  let house: RegistrationHarness;
  let keeper: IdentifierOwnershipListener;
  let afterCommit: ImmediateAfterCommit;

  const moved = async (holderId: string | null) => {
    await house.work.run(() => keeper.beforeAssignment([{ identifier: IDENTIFIER, holderId }]));
    await afterCommit.settled;
  };
  const keyed = async () => (await house.keys.find(house.identifiers.candidates(IDENTIFIER)))?.customerId;
  const pending = async () => {
    await house.registerAndReadCode();
    const attempt = await house.attempt();
    if (!attempt) throw new Error('it was just registered');
    return attempt;
  };
  const admit = async (attempt: Awaited<ReturnType<typeof pending>>) => {
    return house.admission.activate(attempt, { preHash: PREHASH, verifiedBy: 'code', source: null });
  };

  beforeEach(() => {
    house = new RegistrationHarness();
    afterCommit = new ImmediateAfterCommit();
    keeper = new IdentifierOwnershipListener(house.keys, house.attempts, house.identifiers, house.ids, afterCommit);
  });

  it('given an identifier that somebody gets, then its key is his, and its attempts are gone', async () => {
    await pending();
    await moved('staff vouch for him');
    expect([await keyed(), await house.attempt()]).toEqual(['staff vouch for him', null]);
  });

  it.each([['gets', 'somebody'] as const, ['loses', null] as const])(
    'given an identifier that somebody %s, then no attempt of before lets anybody in, though it could not be removed',
    async (_, holderId) => {
      const attempt = await pending();
      house.attempts.removeOthers = () => Promise.reject(new Error('away'));
      await moved(holderId);
      expect(await house.attempt()).toEqual(attempt);
      expect(await admit(attempt)).toBeNull();
      expect(house.directory.customers).toEqual([]);
    },
  );

  it('given an identifier that is lost, then the next to register it has a fresh id, and comes in', async () => {
    const attempt = await pending();
    await moved(attempt.customerId);
    await moved(null);
    const code = await house.registerAndReadCode();
    const next = await house.attempt();
    expect(next?.customerId).not.toBe(attempt.customerId);
    expect(next?.customerId).toBe(await keyed());
    expect(await house.activate(code)).toMatchObject({ outcome: 'active', customer: { id: next?.customerId } });
  });

  it('given one who begins anew behind the commit, then that attempt stays', async () => {
    const attempt = await pending();
    const tidy: (() => Promise<void>)[] = [];
    afterCommit.runAfterCommit = (work) => void tidy.push(work);
    await moved(attempt.customerId);
    await moved(null);
    const code = await house.registerAndReadCode({ password: 'another horse' });
    for (const work of tidy) await work();
    expect(await house.activate(code, { password: 'another horse' })).toMatchObject({ outcome: 'active' });
  });

  it('given a unit that is rolled back, then the key is as it was', async () => {
    const attempt = await pending();
    const failing = house.work.run(async () => {
      await keeper.beforeAssignment([{ identifier: IDENTIFIER, holderId: null }]);
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await keyed()).toBe(attempt.customerId);
  });
});
