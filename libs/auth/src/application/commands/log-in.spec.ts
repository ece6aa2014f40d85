import { beforeEach, describe, expect, it } from 'vitest';
import { Cpf, HashingBusy, parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { SubjectState } from '../../domain/subject.js';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { tryKeyByName } from '../services/login-try-key.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const ELSEWHERE = '198.51.100.66';

describe('LogInHandler', () => {
  let harness: AuthHarness;
  beforeEach(() => {
    harness = new AuthHarness();
  });

  const keyOf = (username: string) => harness.identifiers.hash(parseIdentifier(username, 'BR'));
  const known = (username: string, changes: Partial<SubjectState> = {}, key = keyOf(username)) =>
    harness.addSubject(key, changes);
  const outcome = async (...typed: Parameters<AuthHarness['logIn']>) => (await harness.logIn(...typed)).outcome;
  const wrong = async (times: number, source = SOURCE) => {
    const outcomes: string[] = [];
    for (let n = 0; n < times; n++) outcomes.push(await outcome('mia@example.org', 'wrong', source));
    return outcomes;
  };

  it('opens a session, publishes it and records it', async () => {
    await known('mia@example.org');
    const result = await harness.logIn('mia@example.org');
    expect(result).toMatchObject({ tokens: { accessToken: 'token of mia', expiresInSeconds: 900, scope: 'customer' } });
    const [session] = harness.sessions.states.values();
    expect(session).toMatchObject({ customerId: 'mia', turn: 0, source: SOURCE, revoked: false });
    expect(harness.outbox.events).toMatchObject([
      { type: 'auth.logged_in.v1', subject: session?.id, sequence: 1, data: { customerId: 'mia', sid: session?.id } },
    ]);
    expect(harness.audit.entries).toEqual([
      { action: 'auth.login.succeeded', actor: 'mia', target: 'mia', source: SOURCE },
    ]);
  });

  it('accepts a confirmed CPF, bare or punctuated, with a count separate from other names [AC-65]', async () => {
    await known('mia@example.org');
    await harness.subjects.addIdentifier('mia', harness.identifiers.hash(Cpf.parse('52998224725')));
    expect([await outcome('529.982.247-25'), await outcome('52998224725')]).toEqual(['signed_in', 'signed_in']);
    const source = '198.51.100.1';
    for (const name of ['52998224725', '529.982.247-25', '52998224725', '529.982.247-25', '52998224725'])
      expect(await outcome(name, 'wrong', source)).toBe('refused');
    const after: string[] = [];
    for (const name of ['529.982.247-25', 'mia@example.org']) after.push(await outcome(name, 'right', source));
    expect(after).toEqual(['too_many', 'signed_in']);
  });

  it('rejects an unknown CPF after the same work, and counts it', async () => {
    expect(await outcome('529.982.247-25')).toBe('refused');
    expect(harness.hasher.calls).toHaveLength(1);
    for (let n = 0; n < 4; n++) await outcome('52998224725', 'wrong');
    expect(await outcome('529.982.247-25')).toBe('too_many');
  });

  it('opens two sessions with different refresh tokens for two sign-ins [AC-46]', async () => {
    await known('mia@example.org');
    const results = [await harness.logIn('mia@example.org'), await harness.logIn('mia@example.org')];
    const tokens = results.map((result) => result.outcome === 'signed_in' && result.tokens.refreshToken);
    expect(new Set(tokens).size).toBe(2);
    expect(harness.sessions.states.size).toBe(2);
  });

  it.each(['MIA@Example.ORG', 'mia@example.org'])('finds the same customer for %s', async (username) => {
    await known('mia@example.org');
    expect(await outcome(username)).toBe('signed_in');
  });

  it.each(['+5511961234567', '(11) 96123-4567', '11 961234567'])(
    'parses %s with the default market',
    async (username) => {
      await known('+5511961234567');
      expect(await outcome(username)).toBe('signed_in');
    },
  );

  it('finds an identifier that is stored under an older key', async () => {
    await known('mia@example.org', {}, hashed('old', 'email:mia@example.org'));
    expect(await outcome('mia@example.org')).toBe('signed_in');
  });

  it('opens a session only for setting a password after a one-time password', async () => {
    await known('mia@example.org', { oneTime: true });
    expect(await harness.logIn('mia@example.org')).toMatchObject({ tokens: { scope: 'password' } });
  });

  it.each<[string, string, string, Partial<SubjectState>?]>([
    ['an unknown name', 'nobody@example.org', 'right'],
    ['an unreadable name', 'nobody', 'right'],
    ['an empty name', '', 'right'],
    ['a wrong password', 'mia@example.org', 'wrong'],
    ['an empty password', 'mia@example.org', ''],
    ['a password that is no text', 'mia@example.org', 'x\ud800y'],
    ['a subject without a password', 'mia@example.org', 'right', { credential: null }],
    ['a suspended subject', 'mia@example.org', 'right', { status: 'suspended' }],
    ['a pepper that has left the ring', 'mia@example.org', 'right', { credential: 'v2$gone$hashed(gone:right)' }],
    ['an unknown scheme', 'mia@example.org', 'right', { credential: 'v1$hashed(new:right)' }],
  ])(
    'gives the same result for %s after the work of one verification [AC-26]',
    async (_, username, password, changes) => {
      await known('mia@example.org', changes);
      expect(await harness.logIn(username, password)).toEqual({ outcome: 'refused' });
      expect(harness.accessTokens.issued).toEqual([]);
      expect(harness.hasher.calls).toEqual([{ work: 'verify', priority: 'login' }]);
      expect(harness.audit.actions).toEqual(['auth.login.refused']);
    },
  );

  it.each<[string, (harness: AuthHarness) => Promise<unknown>]>([
    ['suspended', (harness) => harness.subjects.setStatus('mia', 'suspended')],
    ['signed out everywhere', (harness) => harness.subjects.incrementGeneration('mia')],
  ])('opens no session for a customer who is %s while the password is compared [RC-07]', async (_, end) => {
    await known('mia@example.org');
    const verify = harness.hasher.verify.bind(harness.hasher);
    harness.hasher.verify = async (...typed) => {
      await end(harness);
      return verify(...typed);
    };
    expect(await harness.logIn('mia@example.org')).toEqual({ outcome: 'refused' });
    expect([harness.sessions.states.size, harness.outbox.events, harness.accessTokens.issued]).toEqual([0, [], []]);
    expect(harness.audit.actions).toEqual(['auth.login.refused']);
  });

  it('does the same work for a right and a wrong password [AC-26]', async () => {
    await known('mia@example.org');
    await harness.logIn('mia@example.org');
    expect(harness.hasher.calls).toEqual([{ work: 'verify', priority: 'login' }]);
  });

  it('fails and issues no token when the store is unavailable', async () => {
    harness.subjects.findByIdentifierHashes = () => Promise.reject(new Error('away'));
    await expect(harness.logIn('mia@example.org')).rejects.toThrow('away');
    expect(harness.accessTokens.issued).toEqual([]);
  });

  it('rejects a sign-in without work or a count when hashing has no capacity [LD-03]', async () => {
    await known('mia@example.org');
    harness.hasher.isFull = true;
    harness.subjects.findByIdentifierHashes = () => Promise.reject(new Error('was looked for'));
    for (let n = 0; n < 9; n++) await expect(harness.logIn('mia@example.org')).rejects.toBeInstanceOf(HashingBusy);
    expect([harness.audit.entries, harness.hasher.calls]).toEqual([[], []]);
  });

  it('does not count a try without hashing capacity', async () => {
    await known('mia@example.org');
    const verify = harness.hasher.verify.bind(harness.hasher);
    harness.hasher.verify = () => Promise.reject(new Error('busy'));
    for (let n = 0; n < 9; n++) await expect(harness.logIn('mia@example.org')).rejects.toThrow('busy');
    harness.hasher.verify = verify;
    expect(await outcome('mia@example.org')).toBe('signed_in');
  });

  describe('wrong passwords in a row [AC-01]', () => {
    beforeEach(() => known('mia@example.org'));

    it('double the wait from the fifth on, and rejected tries do not extend it', async () => {
      expect(await wrong(6)).toEqual([...Array(5).fill('refused'), 'too_many']);
      expect(await harness.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
      await harness.clock.pause(SECOND);
      expect(await wrong(2)).toEqual(['refused', 'too_many']);
      expect(await harness.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 2 });
      await harness.clock.pause(2 * SECOND);
      expect(await outcome('mia@example.org', 'right')).toBe('signed_in');
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('are rejected without a hash during a wait, and recorded', async () => {
      await wrong(5);
      const paid = harness.hasher.calls.length;
      await wrong(1);
      expect(harness.hasher.calls).toHaveLength(paid);
      expect(harness.audit.actions.at(-1)).toBe('auth.login.limited');
    });

    it('delay the source by at most fifteen minutes, and the count resets after an idle day', async () => {
      for (let n = 0; n < 25; n++) {
        await wrong(1);
        await harness.clock.pause(901 * SECOND);
      }
      await harness.clock.pause(DAY + 900 * SECOND);
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('do not delay the owner from another source [AC-25]', async () => {
      await wrong(20, '198.51.100.66');
      expect(await outcome('mia@example.org', 'right', '198.51.100.66')).toBe('too_many');
      expect(await outcome('mia@example.org', 'right', '203.0.113.1')).toBe('signed_in');
    });

    it('are counted per name, for known and unknown names alike [AC-65]', async () => {
      const phone = harness.identifiers.hash(parseIdentifier('+5511961234567', 'BR'));
      await harness.subjects.addIdentifier('mia', phone);
      for (const name of ['mia@example.org', 'nobody@example.org']) {
        for (let n = 0; n < 5; n++) await harness.logIn(name, 'wrong');
        expect(await outcome(name, 'wrong')).toBe('too_many');
      }
      expect(await outcome('+5511961234567', 'wrong')).toBe('refused');
    });

    it('keep the wait of a name that a customer adds later [AC-65]', async () => {
      for (let n = 0; n < 9; n++) await harness.logIn('later@example.org', 'wrong');
      await harness.subjects.addIdentifier('mia', keyOf('later@example.org'));
      expect(await outcome('later@example.org', 'right')).toBe('too_many');
    });

    it('are limited to five comparisons of fifty concurrent tries', async () => {
      const results = await Promise.all(Array.from({ length: 50 }, () => outcome('mia@example.org', 'wrong')));
      expect(results.filter((result) => result === 'refused')).toHaveLength(5);
      expect(harness.hasher.calls).toHaveLength(5);
    });

    it('do not limit concurrent right passwords', async () => {
      const results = await Promise.all(Array.from({ length: 12 }, () => outcome('mia@example.org', 'right')));
      expect(results).toEqual(Array(12).fill('signed_in'));
    });
  });

  describe('a known device of the customer', () => {
    const deviceOf = async (...typed: Parameters<AuthHarness['logIn']>): Promise<string> => {
      const result = await harness.logIn(...typed);
      return (result.outcome === 'signed_in' && result.tokens.deviceToken) || '';
    };
    let device: string;
    beforeEach(async () => {
      await known('mia@example.org');
      device = await deviceOf('mia@example.org');
    });
    const byDevice = (password: string, token = device, source = ELSEWHERE, username = 'mia@example.org') =>
      outcome(username, password, source, token);

    it('signs in from any source regardless of other wrong passwords [AC-66]', async () => {
      for (let n = 0; n < 400; n++)
        await harness.tries.recordWrongTry(tryKeyByName(keyOf('mia@example.org'), `198.18.0.${n}`));
      await wrong(9, ELSEWHERE);
      expect([await outcome('mia@example.org', 'right', ELSEWHERE), await byDevice('right')]).toEqual([
        'too_many',
        'signed_in',
      ]);
    });

    it('has five separate tries, and its wait does not affect other sources or devices [AC-66]', async () => {
      const another = await deviceOf('mia@example.org');
      const tried: string[] = [];
      for (let n = 0; n < 6; n++) tried.push(await byDevice('wrong', device, `203.0.113.${n}`));
      expect(tried).toEqual([...Array(5).fill('refused'), 'too_many']);
      expect([await byDevice('right'), await byDevice('right', another), await outcome('mia@example.org')]).toEqual([
        ...['too_many', 'signed_in', 'signed_in'],
      ]);
    });

    it('gets a new token with the same device id at every sign-in [AC-66]', async () => {
      const renewed = await deviceOf('mia@example.org', 'right', ELSEWHERE, device);
      for (let n = 0; n < 5; n++) await byDevice('wrong');
      expect(await byDevice('right', renewed)).toBe('too_many');
    });

    it.each<[string, (harness: AuthHarness) => Promise<unknown>]>([
      ['it has not been used for 180 days', (harness) => harness.clock.pause(180 * DAY)],
      ['all sessions of the customer were ended', (harness) => harness.subjects.incrementGeneration('mia')],
    ])('becomes unknown once %s [AC-66]', async (_, end) => {
      await end(harness);
      await wrong(5, ELSEWHERE);
      expect(await byDevice('right')).toBe('too_many');
    });

    it('is unknown for the name of another customer and for an unknown name [AC-66]', async () => {
      await known('zoe@example.org', { customerId: 'zoe' });
      for (const name of ['zoe@example.org', 'nobody@example.org']) {
        for (let n = 0; n < 5; n++) await harness.logIn(name, 'wrong', ELSEWHERE);
        expect([name, await byDevice('right', device, ELSEWHERE, name)]).toEqual([name, 'too_many']);
      }
    });

    it('gets the result of a wrong password for a suspended customer, after the same work [AC-26]', async () => {
      await harness.subjects.setStatus('mia', 'suspended');
      harness.hasher.calls.length = 0;
      expect(await byDevice('right')).toBe('refused');
      expect(harness.hasher.calls).toHaveLength(1);
    });
  });

  describe('a source at its daily limit of failed sign-ins', () => {
    const spray = async (times: number) => {
      const outcomes: string[] = [];
      for (let n = 0; n < times; n++)
        outcomes.push(await outcome(`${n}@example.org`, 'wrong').catch((error: { code: string }) => error.code));
      return outcomes;
    };
    beforeEach(() => {
      harness.failedLoginLimiter.max = 3;
      return known('mia@example.org');
    });

    it('is rejected for every name alike, without a hash [AC-78]', async () => {
      expect(await spray(5)).toEqual([...Array(3).fill('refused'), 'request.too_many', 'request.too_many']);
      const paid = harness.hasher.calls.length;
      for (const name of ['mia@example.org', 'nobody@example.org', 'no name'])
        await expect(harness.logIn(name)).rejects.toMatchObject({ code: 'request.too_many' });
      expect(harness.hasher.calls).toHaveLength(paid);
      expect(await outcome('mia@example.org', 'right', ELSEWHERE)).toBe('signed_in');
    });

    it('is charged for invalid names, but not for sign-ins, waits or internal failures [AC-78]', async () => {
      for (let n = 0; n < 3; n++) await harness.logIn('mia@example.org');
      expect(harness.failedLoginLimiter.counted.get(SOURCE)).toBe(0);
      const verify = harness.hasher.verify.bind(harness.hasher);
      harness.hasher.verify = () => Promise.reject(new Error('busy'));
      await expect(harness.logIn('mia@example.org')).rejects.toThrow('busy');
      harness.hasher.verify = verify;
      expect(harness.failedLoginLimiter.counted.get(SOURCE)).toBe(0);
      await outcome('no name', 'wrong');
      expect(harness.failedLoginLimiter.counted.get(SOURCE)).toBe(1);
      harness.failedLoginLimiter.max = 300;
      await wrong(5);
      await wrong(5);
      expect(harness.failedLoginLimiter.counted.get(SOURCE)).toBe(6);
    });

    it('can use a known device, whose wrong passwords do not count [AC-78]', async () => {
      const signedIn = await harness.logIn('mia@example.org');
      const device = (signedIn.outcome === 'signed_in' && signedIn.tokens.deviceToken) || '';
      await spray(3);
      expect(await outcome('mia@example.org', 'wrong', SOURCE, device)).toBe('refused');
      expect(await outcome('mia@example.org', 'right', SOURCE, device)).toBe('signed_in');
    });
  });

  describe('a password whose hash has an older pepper or cost [ST-P5]', () => {
    const credential = async () => (await harness.subjects.findById('mia'))?.snapshot().credential;

    it('is accepted and rehashed once', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org')).toBe('signed_in');
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
      expect(harness.hasher.calls.at(-1)).toEqual({ work: 'hash', priority: 'rehash' });
    });

    it('is not corrupted by concurrent sign-ins or changed by a wrong password', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org', 'wrong')).toBe('refused');
      expect(await credential()).toBe('v2$old$hashed(old:right)');
      await Promise.all([harness.logIn('mia@example.org'), harness.logIn('mia@example.org')]);
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
    });
  });
});
