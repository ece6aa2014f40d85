import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

describe('ForgetPassword', () => {
  let house: PasswordResetHarness;
  beforeEach(() => {
    house = new PasswordResetHarness();
  });

  it.each(['mia@example.org', 'MIA@Example.ORG', '+5511961234567', '(11) 96123-4567'])(
    'given %s, then one message is due, whoever that is',
    async (username) => {
      await house.requestReset(username);
      expect(house.dueMessages.enqueued).toHaveLength(1);
      expect(house.dueMessages.enqueued[0]?.reference).toContain(
        house.identifiers.hash(parseIdentifier(username, 'BR')),
      );
    },
  );

  it.each(['mia', '', '@', 'mia@example.org\n', 'x\ud800@example.org', 'a'.repeat(254)])(
    'given %j, which nobody can be called, then nothing, and no error',
    async (username) => {
      await expect(house.requestReset(username)).resolves.toBeUndefined();
      expect(house.dueMessages.enqueued).toEqual([]);
    },
  );

  it('is recorded by the keyed hash of the name, known and unknown alike, before anything is sent [AC-75]', async () => {
    await house.addSubject(house.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (const name of ['mia@example.org', 'zoe@example.org']) await house.requestReset(name);
    const lines = ['mia@example.org', 'zoe@example.org'].map((name) => ({
      ...{ action: 'auth.password.reset_asked', actor: null, source: SOURCE },
      target: house.identifiers.hash(parseIdentifier(name, 'BR')),
    }));
    expect(house.audit.entries).toEqual(lines);
    house.audit.record = () => Promise.reject(new Error('away'));
    await expect(house.requestReset('zoe@example.org')).rejects.toThrow('away');
    expect(house.dueMessages.enqueued).toHaveLength(2);
  });

  it('AC-26 given known and unknown, then the same is counted and due', async () => {
    await house.addSubject(house.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) {
      await house.requestReset('mia@example.org');
      await house.requestReset('zoe@example.org');
    }
    const lengths = house.dueMessages.enqueued.map(({ reference }) => reference.length);
    expect(lengths).toHaveLength(6);
    expect(new Set(lengths).size).toBe(1);
    expect(house.hasher.calls).toEqual([]);
  });

  it('given a known device of the customer, then one message more than others may ask for; of nobody and of others none [AC-66]', async () => {
    const keyOf = (name: string) => house.identifiers.hash(parseIdentifier(name, 'BR'));
    await house.addSubject(keyOf('mia@example.org'));
    await house.addSubject(keyOf('zoe@example.org'), { customerId: 'zoe' });
    const signedIn = await house.logIn('mia@example.org');
    const device = (signedIn.outcome === 'signed_in' && signedIn.tokens.deviceToken) || null;
    const more: number[] = [];
    for (const name of ['mia@example.org', 'zoe@example.org', 'nobody@example.org']) {
      for (let n = 0; n < 40; n++) await house.requestReset(name, `source ${n}`);
      house.dueMessages.enqueued.length = 0;
      for (const token of [device, 'forged', null]) await house.requestReset(name, 'source 0', token);
      more.push(house.dueMessages.enqueued.length);
    }
    expect(more).toEqual([1, 0, 0]);
  });
});
