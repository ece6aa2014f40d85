import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { SubjectState } from '../../domain/subject.js';
import { SOURCE } from '../../testing/auth-harness.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const NEW = 'another horse, another staple';
const WRONG = '99999999';

describe('ResetPassword', () => {
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

  it('given the code, then the new password holds and the old one does not, and every session ends', async () => {
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

  it('AC-50 given the code, then no foreign identity is let in any more, and others keep theirs', async () => {
    await known();
    const identity = (subject: string) => ({ issuer: 'https://login.example', subject });
    const [his, hers] = [identity('planted'), identity('of zoe')];
    await harness.links.add({ id: 'a', customerId: 'mia', ...his });
    await harness.links.add({ id: 'b', customerId: 'zoe', ...hers });
    expect(await outcome(WRONG, NEW)).toBe('code_expired');
    const code = await harness.requestCode();
    expect(await harness.links.findByIdentity(his)).not.toBeNull();
    expect(await outcome(code, NEW)).toBe('done');
    expect([await harness.links.findByIdentity(his), (await harness.links.findByIdentity(hers))?.id]).toEqual([
      null,
      'b',
    ]);
    expect(harness.audit.actions).toContain('auth.links.ended');
  });

  it('AC-10 given it again, then it is dead', async () => {
    await known();
    const code = await harness.requestCode();
    await outcome(code, NEW);
    expect(await outcome(code, 'a third horse')).toBe('code_expired');
    expect(await logIn(NEW)).toBe('signed_in');
  });

  it('AC-03 given three wrong ones, then the right one is dead, and the old password holds', async () => {
    await known();
    const code = await harness.requestCode();
    const left = [2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining }));
    for (const each of left) expect(await harness.resetPassword(WRONG, NEW)).toEqual(each);
    expect(await outcome(code, NEW)).toBe('code_expired');
    expect(harness.audit.actions.filter((action) => action === 'auth.password.reset_refused')).toHaveLength(4);
    expect(harness.hasher.calls).toEqual([]);
    expect(await logIn('right')).toBe('signed_in');
  });

  it('given no code at all, then there is none', async () => {
    await known();
    expect(await outcome('00000001', NEW)).toBe('code_expired');
    expect(harness.audit.entries.at(-1)).toEqual({
      action: 'auth.password.reset_refused',
      actor: null,
      target: 'mia',
      source: SOURCE,
    });
  });

  it('AC-26 given an unknown name, then the same answers, and the same work', async () => {
    await harness.requestReset();
    await harness.deliverDueMessages();
    const left = [2, 1, 0].map((attemptsRemaining) => ({ outcome: 'code_wrong', attemptsRemaining }));
    for (const each of left) expect(await harness.resetPassword('00000001', NEW)).toEqual(each);
    expect(await outcome('00000001', NEW)).toBe('code_expired');
    expect(await outcome('00000001', NEW, 'no name at all')).toBe('code_expired');
    expect(harness.hasher.calls).toEqual([]);
  });

  it('AC-49 AC-32 given the code of somebody else, then it is wrong', async () => {
    await known();
    await harness.addSubject(keyOf('zoe@example.org'), { customerId: 'zoe' });
    const ofZoe = await harness.requestCode('zoe@example.org');
    await harness.requestCode();
    expect(await outcome(ofZoe, NEW)).toBe('code_wrong');
    expect((await stored())?.credential).toBe('v2$new$hashed(new:right)');
  });

  it('AC-32 given a code of a registration under the same identifier, then there is none for a reset', async () => {
    await known();
    const identifierHash = keyOf('mia@example.org');
    const { digits } = await harness.codes.issue({ identifierHash, purpose: 'registration', subject: 'mia' }, 8);
    expect(await outcome(digits, NEW)).toBe('code_expired');
  });

  it('AC-51 given it twice at once, then one wins, and the other finds it busy', async () => {
    await known();
    const code = await harness.requestCode();
    const results = await Promise.all([outcome(code, NEW), outcome(code, 'a third horse')]);
    expect(results.toSorted()).toEqual(['done', 'in_progress']);
    expect(harness.outbox.types).toEqual(['auth.session_revoked.v1', 'auth.password_changed.v1']);
  });

  it('AC-51 given a change that was faster, then the reset has no effect, and its guess was none', async () => {
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

  it('given our own failure, then neither code nor guess is lost', async () => {
    await known();
    const code = await harness.requestCode();
    const { hash } = harness.hasher;
    harness.hasher.hash = async () => Promise.reject(new Error('busy'));
    await expect(harness.resetPassword(code, NEW)).rejects.toThrow('busy');
    expect(harness.codes.guesses.charged).toEqual([]);
    harness.hasher.hash = hash;
    expect(await outcome(code, NEW)).toBe('done');
  });

  it('given a code that cannot be tidied away, then the password is set all the same', async () => {
    await known();
    const code = await harness.requestCode();
    harness.codes.consume = async () => Promise.reject(new Error('away'));
    expect(await outcome(code, NEW)).toBe('done');
  });

  it.each([
    ['short', 'too_short'],
    ['mia@example.org', 'too_common'],
    ['Example.org 2026', 'too_common'],
  ])('ST-P1 ST-P2 given %j for the new one, then %s, and the code is untouched', async (wanted, reason) => {
    await known();
    const code = await harness.requestCode();
    const refused = await harness.resetPassword(code, wanted).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInput);
    expect((refused as InvalidInput).faults).toMatchObject([{ pointer: '/newPassword', code: `password.${reason}` }]);
    expect(harness.codes.guesses.charged).toEqual([]);
    expect(await outcome(code, NEW)).toBe('done');
  });

  it('ST-P4 given NFD and NUL, then it is kept in NFC, to the last byte', async () => {
    await known();
    expect(await outcome(await harness.requestCode(), `mo\u0308bius\0${'a'.repeat(72)}!`)).toBe('done');
    expect(await logIn(`m\u00f6bius\0${'a'.repeat(72)}?`)).toBe('refused');
    expect(await logIn(`m\u00f6bius\0${'a'.repeat(72)}!`)).toBe('signed_in');
  });

  it('given wrong passwords before, then the owner waits no longer there, and whoever tries elsewhere learns nothing [AC-65]', async () => {
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
    ['whose password was given by somebody else', { oneTime: true }],
  ])('given a customer %s, then he has his own now', async (_, changes) => {
    await known(changes);
    expect(await outcome(await harness.requestCode(), NEW)).toBe('done');
    expect(await harness.logIn('mia@example.org', NEW)).toMatchObject({ tokens: { scope: 'customer' } });
  });

  it('AC-17 given a customer who was suspended after the code was sent, then it is good for nothing', async () => {
    await known();
    const code = await harness.requestCode();
    harness.subjects.change('mia', { status: 'suspended' });
    expect(await outcome(code, NEW), 'as nobody’s name').toBe('code_wrong');
    expect((await stored())?.credential).toBe('v2$new$hashed(new:right)');
  });

  it('given a subject that is stored under an older key of identifiers, then its code is good', async () => {
    await harness.addSubject(hashed('old', 'email:mia@example.org'));
    expect(await outcome(await harness.requestCode(), NEW)).toBe('done');
  });

  it('given a key of identifiers that was changed after the code was sent, then the code is good all the same', async () => {
    await known();
    harness.identifiers.writer = 'old';
    const code = await harness.requestCode();
    harness.identifiers.writer = 'new';
    expect(await outcome(code, NEW)).toBe('done');
  });
});
