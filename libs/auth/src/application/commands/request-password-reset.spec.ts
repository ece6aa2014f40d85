import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

describe('RequestPasswordResetHandler', () => {
  let harness: PasswordResetHarness;
  beforeEach(() => {
    harness = new PasswordResetHarness();
  });

  it.each(['mia@example.org', 'MIA@Example.ORG', '+5511961234567', '(11) 96123-4567'])(
    'enqueues one message for %s, known or unknown',
    async (username) => {
      await harness.requestReset(username);
      expect(harness.dueMessages.enqueued).toHaveLength(1);
      expect(harness.dueMessages.enqueued[0]?.reference).toContain(
        harness.identifiers.hash(parseIdentifier(username, 'BR')),
      );
    },
  );

  it.each(['mia', '', '@', 'mia@example.org\n', 'x\ud800@example.org', 'a'.repeat(254)])(
    'does nothing for the invalid name %j',
    async (username) => {
      await expect(harness.requestReset(username)).resolves.toBeUndefined();
      expect(harness.dueMessages.enqueued).toEqual([]);
    },
  );

  it('records the keyed hash of the name, known or unknown, before sending [AC-75]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (const name of ['mia@example.org', 'zoe@example.org']) await harness.requestReset(name);
    const lines = ['mia@example.org', 'zoe@example.org'].map((name) => ({
      ...{ action: 'auth.password.reset_asked', actor: null, source: SOURCE },
      target: harness.identifiers.hash(parseIdentifier(name, 'BR')),
    }));
    expect(harness.audit.entries).toEqual(lines);
    harness.audit.record = () => Promise.reject(new Error('away'));
    await expect(harness.requestReset('zoe@example.org')).rejects.toThrow('away');
    expect(harness.dueMessages.enqueued).toHaveLength(2);
  });

  it('counts and enqueues the same for known and unknown names [AC-26]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) {
      await harness.requestReset('mia@example.org');
      await harness.requestReset('zoe@example.org');
    }
    const lengths = harness.dueMessages.enqueued.map(({ reference }) => reference.length);
    expect(lengths).toHaveLength(6);
    expect(new Set(lengths).size).toBe(1);
    expect(harness.hasher.calls).toEqual([]);
  });

  it('allows one more message for a known device of the customer only [AC-66]', async () => {
    const keyOf = (name: string) => harness.identifiers.hash(parseIdentifier(name, 'BR'));
    await harness.addSubject(keyOf('mia@example.org'));
    await harness.addSubject(keyOf('zoe@example.org'), { customerId: 'zoe' });
    const signedIn = await harness.logIn('mia@example.org');
    const device = (signedIn.outcome === 'signed_in' && signedIn.tokens.deviceToken) || null;
    const more: number[] = [];
    for (const name of ['mia@example.org', 'zoe@example.org', 'nobody@example.org']) {
      for (let n = 0; n < 40; n++) await harness.requestReset(name, `source ${n}`);
      harness.dueMessages.enqueued.length = 0;
      for (const token of [device, 'forged', null]) await harness.requestReset(name, 'source 0', token);
      more.push(harness.dueMessages.enqueued.length);
    }
    expect(more).toEqual([1, 0, 0]);
  });
});
