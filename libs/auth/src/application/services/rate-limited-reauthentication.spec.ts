import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { RateLimitedReauthentication } from './rate-limited-reauthentication.js';

describe('asking for the password once more', () => {
  let harness: AuthHarness;
  let again: RateLimitedReauthentication;
  const check = (password: string, sessionId = 'this session') =>
    again.checkPassword('mia', password, SOURCE, sessionId);

  beforeEach(() => {
    harness = new AuthHarness();
    again = new RateLimitedReauthentication(harness.subjects, harness.tries, harness.passwords, harness.audit);
  });

  it('given the right one, then it says of which generation the sessions are', async () => {
    await harness.addSubject('key', { generation: 3 });
    expect(await check('right')).toEqual({ outcome: 'right', generation: 3 });
    expect(harness.audit.entries).toEqual([]);
  });

  it('given wrong ones of one session, then it waits, and neither another session nor a sign-in does [AC-66]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) expect(await check('wrong')).toEqual({ outcome: 'wrong' });
    expect(await check('right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
    expect((await check('right', 'another session')).outcome).toBe('right');
    expect((await harness.logIn('mia@example.org')).outcome).toBe('signed_in');
    expect(harness.audit.actions.filter((action) => action === 'auth.password.refused')).toHaveLength(5);
  });

  it('given wrong passwords of strangers at the name, then it does not wait for them [AC-66]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 9; n++) await harness.logIn('mia@example.org', 'wrong');
    expect((await check('right')).outcome).toBe('right');
  });

  it.each([
    ['no password', { credential: null }],
    ['a password of somebody else, good for setting one only', { oneTime: true }],
    ['been suspended', { status: 'suspended' }],
  ] as const)('given a customer who has %s, then none is right, after the same work', async (_, changes) => {
    await harness.addSubject('key', changes);
    expect(await check('right')).toEqual({ outcome: 'wrong' });
    expect(harness.hasher.calls).toHaveLength(1);
  });

  it('given hashing that fails, then the try was none', async () => {
    await harness.addSubject('key');
    const verify = harness.hasher.verify.bind(harness.hasher);
    harness.hasher.verify = () => Promise.reject(new HashingBusy());
    for (let n = 0; n < 9; n++) await expect(check('right')).rejects.toBeInstanceOf(HashingBusy);
    harness.hasher.verify = verify;
    expect((await check('right')).outcome).toBe('right');
  });
});
