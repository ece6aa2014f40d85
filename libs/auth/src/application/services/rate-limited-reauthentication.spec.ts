import { beforeEach, describe, expect, it } from 'vitest';
import { HashingBusy, parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { RateLimitedReauthentication } from './rate-limited-reauthentication.js';

describe('RateLimitedReauthentication', () => {
  let harness: AuthHarness;
  let again: RateLimitedReauthentication;
  const check = (password: string, sessionId = 'this session') =>
    again.checkPassword('mia', password, SOURCE, sessionId);

  beforeEach(() => {
    harness = new AuthHarness();
    again = new RateLimitedReauthentication(harness.subjects, harness.tries, harness.passwords, harness.audit);
  });

  it('returns the generation for the right password', async () => {
    await harness.addSubject('key', { generation: 3 });
    expect(await check('right')).toEqual({ outcome: 'right', generation: 3 });
    expect(harness.audit.entries).toEqual([]);
  });

  it('delays only the session with wrong passwords, no other session and no sign-in [AC-66]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 5; n++) expect(await check('wrong')).toEqual({ outcome: 'wrong' });
    expect(await check('right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
    expect((await check('right', 'another session')).outcome).toBe('right');
    expect((await harness.logIn('mia@example.org')).outcome).toBe('signed_in');
    expect(harness.audit.actions.filter((action) => action === 'auth.password.refused')).toHaveLength(5);
  });

  it('is not delayed by wrong sign-in passwords of other sources [AC-66]', async () => {
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    for (let n = 0; n < 9; n++) await harness.logIn('mia@example.org', 'wrong');
    expect((await check('right')).outcome).toBe('right');
  });

  it.each([
    ['no password', { credential: null }],
    ['a one-time password', { oneTime: true }],
    ['been suspended', { status: 'suspended' }],
  ] as const)('given a customer who has %s, then none is right, after the same work', async (_, changes) => {
    await harness.addSubject('key', changes);
    expect(await check('right')).toEqual({ outcome: 'wrong' });
    expect(harness.hasher.calls).toHaveLength(1);
  });

  it('cancels the try when hashing fails', async () => {
    await harness.addSubject('key');
    const verify = harness.hasher.verify.bind(harness.hasher);
    harness.hasher.verify = () => Promise.reject(new HashingBusy());
    for (let n = 0; n < 9; n++) await expect(check('right')).rejects.toBeInstanceOf(HashingBusy);
    harness.hasher.verify = verify;
    expect((await check('right')).outcome).toBe('right');
  });
});
