import { beforeEach, describe, expect, it } from 'vitest';
import { Subject } from '../../domain/subject.js';
import { aSubject } from '../../testing/a-subject.js';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const CHANGE = {
  ...{ password: 'another horse', action: 'auth.password.changed', source: SOURCE },
  ...{ priority: 'login' as const, kept: null, endLinks: false },
};

describe('PasswordChanger', () => {
  let harness: PasswordResetHarness;
  const mia = () => Subject.restore(aSubject());
  const stored = async () => (await harness.subjects.findById('mia'))?.snapshot();

  beforeEach(async () => {
    harness = new PasswordResetHarness();
    await harness.addSubject('mia');
  });

  it('replaces the password with one hash, and ends all sessions', async () => {
    await harness.logIn('mia@example.org');
    harness.hasher.calls.length = 0;
    expect(await harness.changer.changePassword(mia(), CHANGE)).toBe(true);
    expect(await stored()).toMatchObject({
      credential: 'v2$new$hashed(new:another horse)',
      oneTime: false,
      generation: 1,
    });
    expect(harness.hasher.calls).toEqual([{ work: 'hash', priority: 'login' }]);
    expect(harness.hasher.owners.at(-1)).toEqual({ source: SOURCE, customerId: 'mia' });
    expect(harness.revocations.revoked).toEqual([{ customerId: 'mia', generation: 1, kept: null }]);
  });

  it('publishes the session revocation before the password change', async () => {
    await harness.changer.changePassword(mia(), CHANGE);
    expect(harness.outbox.events.map(({ type, subject, sequence }) => [type, subject, sequence])).toEqual([
      ['auth.session_revoked.v1', 'mia', 1],
      ['auth.password_changed.v1', 'mia', 2],
    ]);
    expect(harness.outbox.events[1]?.data).toEqual({ customerId: 'mia' });
    expect(harness.audit.entries).toEqual(
      ['auth.password.changed.sessions_ended', 'auth.password.changed'].map((action) => ({
        action,
        actor: 'mia',
        target: 'mia',
        source: SOURCE,
      })),
    );
  });

  it('removes links only on request, records it, and notifies the owner once [AC-70]', async () => {
    const link = { id: 'l', customerId: 'mia', issuer: 'https://login.example', subject: 'mia-over-there' };
    await harness.links.add(link);
    await harness.changer.changePassword(mia(), CHANGE);
    expect([harness.links.links.size, harness.audit.actions.includes('auth.links.ended')]).toEqual([1, false]);
    const now = await harness.subjects.findById('mia');
    if (!now) throw new Error('mia is there');
    await harness.changer.changePassword(now, { ...CHANGE, password: 'a third horse', endLinks: true });
    expect([harness.links.links.size, harness.audit.actions.includes('auth.links.ended')]).toEqual([0, true]);
    expect(harness.changes.changes).toEqual(Array(2).fill(['mia', 'password_changed']));
  });

  it('writes no password or hash to events or the audit trail [ST-P7]', async () => {
    await harness.changer.changePassword(mia(), CHANGE);
    const written = JSON.stringify([harness.outbox.events, harness.audit.entries]);
    expect(written).not.toMatch(/horse|hashed|v2\$/);
  });

  it('keeps a session and moves it to the new generation', async () => {
    expect(await harness.changer.changePassword(mia(), { ...CHANGE, kept: 'here' })).toBe(true);
    expect(harness.revocations.revoked).toEqual([{ customerId: 'mia', generation: 1, kept: 'here' }]);
  });

  it('applies one of two concurrent changes, and publishes nothing for the other [AC-51]', async () => {
    const done: string[] = [];
    const together = (name: string) => async () => void done.push(name);
    const results = await Promise.all([
      harness.changer.changePassword(mia(), CHANGE, together('one')),
      harness.changer.changePassword(mia(), { ...CHANGE, password: 'a third horse' }, together('two')),
    ]);
    expect(results.toSorted()).toEqual([false, true]);
    expect(done).toHaveLength(1);
    expect(harness.outbox.types).toEqual(['auth.session_revoked.v1', 'auth.password_changed.v1']);
    expect((await stored())?.generation).toBe(1);
  });

  it('sets a password for a customer without one', async () => {
    harness.subjects.change('mia', { credential: null });
    expect(await harness.changer.changePassword(Subject.restore(aSubject({ credential: null })), CHANGE)).toBe(true);
    expect((await stored())?.credential).toBe('v2$new$hashed(new:another horse)');
  });
});
