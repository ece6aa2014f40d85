import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const NEW = 'another horse, another staple';

describe('ChangePassword', () => {
  let harness: PasswordResetHarness;
  let here: string;
  let refreshHere: string;

  const signIn = async (password = 'right') => {
    const result = await harness.logIn('mia@example.org', password);
    const token = result.outcome === 'signed_in' ? result.tokens.refreshToken : '';
    return { id: [...harness.sessions.states.keys()].at(-1) ?? '', token };
  };
  const alive = () => [...harness.sessions.states.values()].filter(({ revoked }) => !revoked).map(({ id }) => id);
  const outcome = async (current: string, wanted = NEW) =>
    (await harness.changePassword(current, wanted, here)).outcome;
  const logIn = async (password: string) => (await harness.logIn('mia@example.org', password)).outcome;

  beforeEach(async () => {
    harness = new PasswordResetHarness();
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    await signIn();
    ({ id: here, token: refreshHere } = await signIn());
  });

  it('replaces the password, ends the other sessions and keeps the current one [ST-P6]', async () => {
    expect(await outcome('right')).toBe('done');
    expect(alive()).toEqual([here]);
    expect(await harness.refresh(refreshHere)).toMatchObject({ scope: 'customer' });
    expect([await logIn('right'), await logIn(NEW)]).toEqual(['refused', 'signed_in']);
    expect(harness.audit.actions).toContain('auth.password.changed');
    expect(harness.outbox.types.slice(2, 4)).toEqual(['auth.session_revoked.v1', 'auth.password_changed.v1']);
  });

  it('changes nothing for a wrong password, and records it [ST-P6]', async () => {
    const eventCount = harness.outbox.events.length;
    expect(await outcome('wrong')).toBe('password_wrong');
    expect(alive()).toHaveLength(2);
    expect(harness.outbox.events).toHaveLength(eventCount);
    expect(harness.audit.entries.at(-1)).toEqual({
      action: 'auth.password.refused',
      actor: 'mia',
      target: 'mia',
      source: SOURCE,
    });
    expect(await logIn('right')).toBe('signed_in');
  });

  it('rejects an address of the customer in any spelling, and accepts one of another customer [ST-P2]', async () => {
    for (const own of ['mia@example.org', 'MIA@Example.org']) {
      const refused = await harness.changePassword('right', own, here).catch((error: unknown) => error);
      expect((refused as InvalidInput).faults).toMatchObject([
        { pointer: '/newPassword', code: 'password.too_common' },
      ]);
    }
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('zoe@example.org', 'BR')), { customerId: 'zoe' });
    expect(await outcome('right', 'zoe@example.org')).toBe('done');
  });

  it.each([
    ['short', 'too_short'],
    ['x\ud800 more than enough', 'not_unicode'],
    ['a'.repeat(513), 'too_long'],
  ])('rejects %j with %s before any comparison [ST-P1]', async (wanted, reason) => {
    const paid = harness.hasher.calls.length;
    const refused = await harness.changePassword('right', wanted, here).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInput);
    expect((refused as InvalidInput).faults).toMatchObject([{ pointer: '/newPassword', code: `password.${reason}` }]);
    expect(harness.hasher.calls).toHaveLength(paid);
  });

  it.each([
    ['that differ after byte 72 only', `${'a'.repeat(72)} one`, `${'a'.repeat(72)} two`],
    ['with NUL in them', 'a\0long password', 'a\0long passwork'],
    ['of other signs that look the same', 'm\u00f6bius band', 'mobius band'],
  ])('distinguishes passwords %s [ST-P4]', async (_, wanted, other) => {
    expect(await outcome('right', wanted)).toBe('done');
    expect([await logIn(other), await logIn(wanted)]).toEqual(['refused', 'signed_in']);
  });

  it('normalizes NFD to NFC [ST-P4]', async () => {
    expect(await outcome('right', 'mo\u0308bius band')).toBe('done');
    expect(await logIn('m\u00f6bius band')).toBe('signed_in');
  });

  it('delays the session after wrong passwords, and no sign-in [AC-66]', async () => {
    harness = new PasswordResetHarness();
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) expect(await outcome('wrong')).toBe('password_wrong');
    expect(await harness.changePassword('right', NEW, here)).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
    expect(await logIn('right')).toBe('signed_in');
    await harness.clock.pause(1_000);
    expect(await outcome('right')).toBe('done');
  });

  it('records a try that is not compared, without a hash [ST-11]', async () => {
    for (let n = 0; n < 5; n++) await outcome('wrong');
    const paid = harness.hasher.calls.length;
    expect(await outcome('right')).toBe('too_many');
    expect(harness.hasher.calls).toHaveLength(paid);
    expect(harness.audit.entries.at(-1)).toMatchObject({ action: 'auth.password.limited', target: 'mia' });
  });

  it('resets the count after the right password', async () => {
    for (let n = 0; n < 4; n++) await outcome('wrong');
    expect(await outcome('right')).toBe('done');
    for (let n = 0; n < 4; n++) expect(await outcome('wrong')).toBe('password_wrong');
    expect(await outcome(NEW, 'a third horse')).toBe('done');
  });

  it('does not count internal failures', async () => {
    const fail = async () => Promise.reject(new Error('away'));
    const { verify, hash } = harness.hasher;
    for (let n = 0; n < 6; n++) {
      harness.hasher.verify = fail;
      await expect(outcome('right')).rejects.toThrow('away');
      harness.hasher.verify = verify;
      harness.hasher.hash = fail;
      await expect(outcome('right')).rejects.toThrow('away');
      harness.hasher.hash = hash;
    }
    expect(await outcome('right')).toBe('done');
  });

  it('applies one of several concurrent changes, and does not count the others [AC-51]', async () => {
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => outcome('right', `${NEW} ${n}`)));
    expect(results.toSorted()).toEqual([...Array(4).fill('changed_meanwhile'), 'done']);
    expect(await outcome('wrong')).toBe('password_wrong');
  });

  it('rejects a suspended or deleted customer [AC-17]', async () => {
    harness.subjects.change('mia', { status: 'suspended' });
    expect(await outcome('right')).toBe('password_wrong');
    expect((await harness.changePassword('right', NEW, here, 'nobody')).outcome).toBe('password_wrong');
  });

  describe('a one-time password', () => {
    beforeEach(() => harness.subjects.change('mia', { oneTime: true }));

    it('is replaced by a permanent one, and all sessions end, including the current one', async () => {
      const { token } = await signIn();
      expect(await outcome('right')).toBe('done');
      expect(alive()).toEqual([]);
      expect(await harness.refresh(token)).toBe('refused');
      expect(await harness.logIn('mia@example.org', NEW)).toMatchObject({ tokens: { scope: 'customer' } });
    });

    it('cannot be reused as the new password, and stays valid for another try', async () => {
      harness.subjects.change('mia', { credential: 'v2$new$hashed(new:given to you)' });
      const refused = await harness
        .changePassword('given to you', 'given to you', here)
        .catch((error: unknown) => error);
      expect((refused as InvalidInput).faults).toMatchObject([{ pointer: '/newPassword', code: 'password.one_time' }]);
      expect((await harness.subjects.findById('mia'))?.snapshot()).toMatchObject({ oneTime: true });
      expect(await outcome('given to you')).toBe('done');
    });

    it('stays a one-time password after a rehash', async () => {
      harness.subjects.change('mia', { credential: 'v2$old$hashed(old:right)' });
      await signIn();
      await new Promise(setImmediate);
      expect((await harness.subjects.findById('mia'))?.snapshot()).toMatchObject({
        credential: 'v2$new$hashed(new:right)',
        oneTime: true,
      });
    });
  });
});
