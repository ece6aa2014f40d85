import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { ImmediateAfterCommit } from '#kernel/testing';
import { MIA, RegistrationHarness } from '../../testing/registration-harness.js';
import { IdentifierOwnershipListener } from './identifier-ownership-listener.js';

const IDENTIFIER = parseIdentifier(MIA.email, 'US');
const PREHASH = { kid: 'new', value: MIA.password };

describe('IdentifierOwnershipListener', () => {
  let harness: RegistrationHarness;
  let keeper: IdentifierOwnershipListener;
  let afterCommit: ImmediateAfterCommit;

  const moved = async (holderId: string | null) => {
    await harness.work.run(() => keeper.beforeAssignment([{ identifier: IDENTIFIER, holderId }]));
    await afterCommit.settled;
  };
  const keyed = async () => (await harness.keys.find(harness.identifiers.candidates(IDENTIFIER)))?.customerId;
  const pending = async () => {
    await harness.registerAndReadCode();
    const attempt = await harness.attempt();
    if (!attempt) throw new Error('it was just registered');
    return attempt;
  };
  const admit = async (attempt: Awaited<ReturnType<typeof pending>>) => {
    return harness.admission.activate(attempt, { preHash: PREHASH, verifiedBy: 'code', source: null });
  };

  beforeEach(() => {
    harness = new RegistrationHarness();
    afterCommit = new ImmediateAfterCommit();
    keeper = new IdentifierOwnershipListener(
      harness.keys,
      harness.attempts,
      harness.identifiers,
      harness.ids,
      afterCommit,
    );
  });

  it('assigns the key to the new owner and removes the attempts of the identifier', async () => {
    await pending();
    await moved('staff created');
    expect([await keyed(), await harness.attempt()]).toEqual(['staff created', null]);
  });

  it.each([['gets', 'somebody'] as const, ['loses', null] as const])(
    'activates no earlier attempt when somebody %s the identifier, even if it could not be removed',
    async (_, holderId) => {
      const attempt = await pending();
      harness.attempts.removeOthers = () => Promise.reject(new Error('away'));
      await moved(holderId);
      expect(await harness.attempt()).toEqual(attempt);
      expect(await admit(attempt)).toBeNull();
      expect(harness.directory.customers).toEqual([]);
    },
  );

  it('gives a lost identifier a fresh id with which a new registration is activated', async () => {
    const attempt = await pending();
    await moved(attempt.customerId);
    await moved(null);
    const code = await harness.registerAndReadCode();
    const next = await harness.attempt();
    expect(next?.customerId).not.toBe(attempt.customerId);
    expect(next?.customerId).toBe(await keyed());
    expect(await harness.activate(code)).toMatchObject({ outcome: 'active', customer: { id: next?.customerId } });
  });

  it('keeps an attempt that starts after the commit', async () => {
    const attempt = await pending();
    const tidy: (() => Promise<void>)[] = [];
    afterCommit.runAfterCommit = (work) => void tidy.push(work);
    await moved(attempt.customerId);
    await moved(null);
    const code = await harness.registerAndReadCode({ password: 'another horse' });
    for (const work of tidy) await work();
    expect(await harness.activate(code, { password: 'another horse' })).toMatchObject({ outcome: 'active' });
  });

  it('keeps the key when the unit of work rolls back', async () => {
    const attempt = await pending();
    const failing = harness.work.run(async () => {
      await keeper.beforeAssignment([{ identifier: IDENTIFIER, holderId: null }]);
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await keyed()).toBe(attempt.customerId);
  });
});
