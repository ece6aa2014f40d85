import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { SubjectState } from '../../domain/subject.js';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const NEW = 'another horse, another staple';
const WRONG = '99999999';

describe('ResetPasswordHandler', () => {
  let harness: PasswordResetHarness;
  const keyOf = (username: string) => harness.identifiers.hash(parseIdentifier(username, 'BR'));
  const known = (changes: Partial<SubjectState> = {}) => harness.addSubject(keyOf('mia@example.org'), changes);
  const outcome = async (...typed: Parameters<PasswordResetHarness['resetPassword']>) =>
    (await harness.resetPassword(...typed)).outcome;
  const logIn = async (password: string) => (await harness.logIn('mia@example.org', password)).outcome;
  const stored = async () => (await harness.subjects.findById('mia'))?.snapshot();

  beforeEach(() => {
    harness = new PasswordResetHarness();
  });

  it('replaces the password and ends all sessions with the right code', async () => {
    await known();
    await logIn('right');
    const code = await harness.requestCode();
    expect(await outcome(code, NEW)).toBe('done');
    expect([...harness.sessions.states.values()].map(({ revoked }) => revoked)).toEqual([true]);
    expect([await logIn('right'), await logIn(NEW)]).toEqual(['refused', 'signed_in']);
    expect(harness.revocations.revoked).toEqual([{ customerId: 'mia', generation: 1, kept: null }]);
    expect(harness.outbox.types.slice(1, 3)).toEqual(['auth.session_revoked.v1', 'auth.password_changed.v1']);
    expect(harness.audit.entries.filter(({ action }) => action === 'auth.password.reset')).toEqual([
      { action: 'auth.password.reset', actor: 'mia', target: 'mia', source: SOURCE },
    ]);
    expect(harness.codes.guesses.charged).toEqual([]);
  });

  it('removes the links of the customer, and no others [AC-50]', async () => {
    await known();
    const identity = (subject: string) => ({ issuer: 'https://login.example', subject });
    const [own, hers] = [identity('planted'), identity('of zoe')];
    await harness.links.add({ id: 'a', customerId: 'mia', ...own });
    await harness.links.add({ id: 'b', customerId: 'zoe', ...hers });
    expect(await outcome(WRONG, NEW)).toBe('code_expired');
    const code = await harness.requestCode();
    expect(await harness.links.findByIdentity(own)).not.toBeNull();
    expect(await outcome(code, NEW)).toBe('done');
    expect([await harness.links.findByIdentity(own), (await harness.links.findByIdentity(hers))?.id]).toEqual([
      null,
      'b',
    ]);
    expect(harness.audit.actions).toContain('auth.links.ended');
  });

  it('rejects a code that was already used [AC-10]', async () => {
    await known();
    const code = await harness.requestCode();
    await outcome(code, NEW);
    expect(await outcome(code, 'a third horse')).toBe('code_expired');
    expect(await logIn(NEW)).toBe('signed_in');
  });

  it('rejects the right code after three wrong tries, and keeps the old password [AC-03]', async () => {
    await known();
    const code = await harness.requestCode();
    const left = [2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining }));
    for (const each of left) expect(await harness.resetPassword(WRONG, NEW)).toEqual(each);
    expect(await outcome(code, NEW)).toBe('code_expired');
    expect(harness.audit.actions.filter((action) => action === 'auth.password.reset_refused')).toHaveLength(4);
    expect(harness.hasher.calls).toEqual([]);
    expect(await logIn('right')).toBe('signed_in');
  });

  it('returns code_expired when no code was requested', async () => {
    await known();
    expect(await outcome('00000001', NEW)).toBe('code_expired');
    expect(harness.audit.entries.at(-1)).toEqual({
      action: 'auth.password.reset_refused',
      actor: null,
      target: 'mia',
      source: SOURCE,
    });
  });

  it('gives the same results after the same work for an unknown name [AC-26]', async () => {
    await harness.requestReset();
    await harness.deliverDueMessages();
    const left = [2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining }));
    for (const each of left) expect(await harness.resetPassword('00000001', NEW)).toEqual(each);
    expect(await outcome('00000001', NEW)).toBe('code_expired');
    expect(await outcome('00000001', NEW, 'no name at all')).toBe('code_expired');
    expect(harness.hasher.calls).toEqual([]);
  });

  it('rejects the code of another customer [AC-49] [AC-32]', async () => {
    await known();
    await harness.addSubject(keyOf('zoe@example.org'), { customerId: 'zoe' });
    const ofZoe = await harness.requestCode('zoe@example.org');
    await harness.requestCode();
    expect(await outcome(ofZoe, NEW)).toBe('code_wrong');
    expect((await stored())?.credential).toBe('v2$new$hashed(new:right)');
  });

  it('does not accept a registration code for the same identifier [AC-32]', async () => {
    await known();
    const identifierHash = keyOf('mia@example.org');
    const { digits } = await harness.codes.issue({ identifierHash, purpose: 'registration', subject: 'mia' }, 8);
    expect(await outcome(digits, NEW)).toBe('code_expired');
  });

  it('applies one of two concurrent resets, and returns in_progress for the other [AC-51]', async () => {
    await known();
    const code = await harness.requestCode();
    const results = await Promise.all([outcome(code, NEW), outcome(code, 'a third horse')]);
    expect(results.toSorted()).toEqual(['done', 'in_progress']);
    expect(harness.outbox.types).toEqual(['auth.session_revoked.v1', 'auth.password_changed.v1']);
  });

  it('has no effect and refunds the guess when a concurrent change wins [AC-51]', async () => {
    await known();
    const code = await harness.requestCode();
    const { hash } = harness.hasher;
    harness.hasher.hash = async (...hashed) => {
      harness.subjects.change('mia', { credential: 'v2$new$hashed(new:changed)' });
      return hash.apply(harness.hasher, hashed);
    };
    expect(await outcome(code, NEW)).toBe('code_expired');
    expect((await stored())?.credential).toBe('v2$new$hashed(new:changed)');
    expect([harness.codes.guesses.charged, harness.outbox.types]).toEqual([[], []]);
  });

  it('keeps the code and refunds the guess after an internal failure', async () => {
    await known();
    const code = await harness.requestCode();
    const { hash } = harness.hasher;
    harness.hasher.hash = async () => Promise.reject(new Error('busy'));
    await expect(harness.resetPassword(code, NEW)).rejects.toThrow('busy');
    expect(harness.codes.guesses.charged).toEqual([]);
    harness.hasher.hash = hash;
    expect(await outcome(code, NEW)).toBe('done');
  });

  it('sets the password although the code cannot be consumed', async () => {
    await known();
    const code = await harness.requestCode();
    harness.codes.consume = async () => Promise.reject(new Error('away'));
    expect(await outcome(code, NEW)).toBe('done');
  });

  it.each([
    ['short', 'too_short'],
    ['mia@example.org', 'too_common'],
    ['Example.org 2026', 'too_common'],
  ])('rejects the new password %j with %s, and keeps the code [ST-P1] [ST-P2]', async (wanted, reason) => {
    await known();
    const code = await harness.requestCode();
    const refused = await harness.resetPassword(code, wanted).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInput);
    expect((refused as InvalidInput).faults).toMatchObject([{ pointer: '/newPassword', code: `password.${reason}` }]);
    expect(harness.codes.guesses.charged).toEqual([]);
    expect(await outcome(code, NEW)).toBe('done');
  });

  it('normalizes the password to NFC, including NUL bytes [ST-P4]', async () => {
    await known();
    expect(await outcome(await harness.requestCode(), `mo\u0308bius\0${'a'.repeat(72)}!`)).toBe('done');
    expect(await logIn(`m\u00f6bius\0${'a'.repeat(72)}?`)).toBe('refused');
    expect(await logIn(`m\u00f6bius\0${'a'.repeat(72)}!`)).toBe('signed_in');
  });

  it('resets the wait of its source, and keeps the waits of other sources [AC-65]', async () => {
    await known();
    const wrong = async (source: string) => {
      for (let n = 0; n < 8; n++) await harness.logIn('mia@example.org', 'wrong', source);
    };
    await logIn('right');
    await wrong('198.51.100.66');
    await wrong(SOURCE);
    expect(await logIn('right')).toBe('too_many');
    expect(await outcome(await harness.requestCode(), NEW)).toBe('done');
    expect(await logIn(NEW)).toBe('signed_in');
    expect((await harness.logIn('mia@example.org', NEW, '203.0.113.9')).outcome).toBe('signed_in');
    expect((await harness.logIn('mia@example.org', NEW, '198.51.100.66')).outcome).toBe('too_many');
  });

  it.each<[string, Partial<SubjectState>]>([
    ['who has no password yet', { credential: null }],
    ['with a one-time password', { oneTime: true }],
  ])('sets the password of a customer %s', async (_, changes) => {
    await known(changes);
    expect(await outcome(await harness.requestCode(), NEW)).toBe('done');
    expect(await harness.logIn('mia@example.org', NEW)).toMatchObject({ tokens: { scope: 'customer' } });
  });

  it('rejects the code of a customer who was suspended after the request [AC-17]', async () => {
    await known();
    const code = await harness.requestCode();
    harness.subjects.change('mia', { status: 'suspended' });
    expect(await outcome(code, NEW), 'as nobody’s name').toBe('code_wrong');
    expect((await stored())?.credential).toBe('v2$new$hashed(new:right)');
  });

  it('accepts the code of a subject that is stored under an older identifier key', async () => {
    await harness.addSubject(hashed('old', 'email:mia@example.org'));
    expect(await outcome(await harness.requestCode(), NEW)).toBe('done');
  });

  it('accepts a code that was sent before an identifier key rotation', async () => {
    await known();
    harness.identifiers.writer = 'old';
    const code = await harness.requestCode();
    harness.identifiers.writer = 'new';
    expect(await outcome(code, NEW)).toBe('done');
  });
});
