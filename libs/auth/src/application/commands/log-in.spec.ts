import { beforeEach, describe, expect, it } from 'vitest';
import { Cpf, HashingBusy, parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { SubjectState } from '../../domain/subject.js';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { tryKeyByName } from '../services/login-try-key.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const ELSEWHERE = '198.51.100.66';

describe('LogIn', () => {
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

  it('given name and password, then a session, told and written down', async () => {
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

  it('given a CPF that is a name of the customer, bare or punctuated, then a session, and one count apart from other names [AC-65]', async () => {
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

  it('given a CPF that is nobody’s, then it is refused after the same work, and counted', async () => {
    expect(await outcome('529.982.247-25')).toBe('refused');
    expect(harness.hasher.calls).toHaveLength(1);
    for (let n = 0; n < 4; n++) await outcome('52998224725', 'wrong');
    expect(await outcome('529.982.247-25')).toBe('too_many');
  });

  it('AC-46 given two sign-ins, then two sessions and two refresh tokens', async () => {
    await known('mia@example.org');
    const results = [await harness.logIn('mia@example.org'), await harness.logIn('mia@example.org')];
    const tokens = results.map((result) => result.outcome === 'signed_in' && result.tokens.refreshToken);
    expect(new Set(tokens).size).toBe(2);
    expect(harness.sessions.states.size).toBe(2);
  });

  it.each(['MIA@Example.ORG', 'mia@example.org'])('given %s, then it is the same person', async (username) => {
    await known('mia@example.org');
    expect(await outcome(username)).toBe('signed_in');
  });

  it.each(['+5511961234567', '(11) 96123-4567', '11 961234567'])(
    'given %s, then it is read with the default market',
    async (username) => {
      await known('+5511961234567');
      expect(await outcome(username)).toBe('signed_in');
    },
  );

  it('given an identifier stored under an older key, then it is found', async () => {
    await known('mia@example.org', {}, hashed('old', 'email:mia@example.org'));
    expect(await outcome('mia@example.org')).toBe('signed_in');
  });

  it('given a password that was given by somebody else, then the session is good for setting a new one only', async () => {
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
    ['a scheme nobody knows', 'mia@example.org', 'right', { credential: 'v1$hashed(new:right)' }],
  ])(
    'AC-26 given %s, then one answer for all, after the work of one verification',
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
  ])('RC-07 given somebody who is %s while his password is compared, then there is no session', async (_, end) => {
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

  it('AC-26 given the right password, then it costs what a wrong one does', async () => {
    await known('mia@example.org');
    await harness.logIn('mia@example.org');
    expect(harness.hasher.calls).toEqual([{ work: 'verify', priority: 'login' }]);
  });

  it('given a store that is away, then the caller learns it, and no token is issued', async () => {
    harness.subjects.findByIdentifierHashes = () => Promise.reject(new Error('away'));
    await expect(harness.logIn('mia@example.org')).rejects.toThrow('away');
    expect(harness.accessTokens.issued).toEqual([]);
  });

  it('LD-03 given no room for anybody, then nothing is done and nothing counted', async () => {
    await known('mia@example.org');
    harness.hasher.isFull = true;
    harness.subjects.findByIdentifierHashes = () => Promise.reject(new Error('was looked for'));
    for (let n = 0; n < 9; n++) await expect(harness.logIn('mia@example.org')).rejects.toBeInstanceOf(HashingBusy);
    expect([harness.audit.entries, harness.hasher.calls]).toEqual([[], []]);
  });

  it('given no room for the hash, then the try does not count', async () => {
    await known('mia@example.org');
    const verify = harness.hasher.verify.bind(harness.hasher);
    harness.hasher.verify = () => Promise.reject(new Error('busy'));
    for (let n = 0; n < 9; n++) await expect(harness.logIn('mia@example.org')).rejects.toThrow('busy');
    harness.hasher.verify = verify;
    expect(await outcome('mia@example.org')).toBe('signed_in');
  });

  describe('AC-01 given wrong passwords in a row', () => {
    beforeEach(() => known('mia@example.org'));

    it('then from the fifth on one waits 1, 2, 4 … seconds, and being refused does not make it longer', async () => {
      expect(await wrong(6)).toEqual([...Array(5).fill('refused'), 'too_many']);
      expect(await harness.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
      await harness.clock.pause(SECOND);
      expect(await wrong(2)).toEqual(['refused', 'too_many']);
      expect(await harness.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 2 });
      await harness.clock.pause(2 * SECOND);
      expect(await outcome('mia@example.org', 'right')).toBe('signed_in');
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('then who is refused costs no hash, and it is written down', async () => {
      await wrong(5);
      const paid = harness.hasher.calls.length;
      await wrong(1);
      expect(harness.hasher.calls).toHaveLength(paid);
      expect(harness.audit.actions.at(-1)).toBe('auth.login.limited');
    });

    it('then the source waits no longer than fifteen minutes, and after a day in quiet the count begins anew', async () => {
      for (let n = 0; n < 25; n++) {
        await wrong(1);
        await harness.clock.pause(901 * SECOND);
      }
      await harness.clock.pause(DAY + 900 * SECOND);
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('then the owner gets in at once from any other source [AC-25]', async () => {
      await wrong(20, '198.51.100.66');
      expect(await outcome('mia@example.org', 'right', '198.51.100.66')).toBe('too_many');
      expect(await outcome('mia@example.org', 'right', '203.0.113.1')).toBe('signed_in');
    });

    it('then each name has a count of its own, an unknown one like one of a customer [AC-65]', async () => {
      const phone = harness.identifiers.hash(parseIdentifier('+5511961234567', 'BR'));
      await harness.subjects.addIdentifier('mia', phone);
      for (const name of ['mia@example.org', 'nobody@example.org']) {
        for (let n = 0; n < 5; n++) await harness.logIn(name, 'wrong');
        expect(await outcome(name, 'wrong')).toBe('too_many');
      }
      expect(await outcome('+5511961234567', 'wrong')).toBe('refused');
    });

    it('then a name that becomes one of a customer keeps its wait [AC-65]', async () => {
      for (let n = 0; n < 9; n++) await harness.logIn('later@example.org', 'wrong');
      await harness.subjects.addIdentifier('mia', keyOf('later@example.org'));
      expect(await outcome('later@example.org', 'right')).toBe('too_many');
    });

    it('given fifty at once, then five are compared', async () => {
      const results = await Promise.all(Array.from({ length: 50 }, () => outcome('mia@example.org', 'wrong')));
      expect(results.filter((result) => result === 'refused')).toHaveLength(5);
      expect(harness.hasher.calls).toHaveLength(5);
    });

    it('given many right ones at once, then all get in', async () => {
      const results = await Promise.all(Array.from({ length: 12 }, () => outcome('mia@example.org', 'right')));
      expect(results).toEqual(Array(12).fill('signed_in'));
    });
  });

  describe('given a device that the customer has signed in from', () => {
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

    it('then it gets in whatever others do, from any source [AC-66]', async () => {
      for (let n = 0; n < 400; n++)
        await harness.tries.recordWrongTry(tryKeyByName(keyOf('mia@example.org'), `198.18.0.${n}`));
      await wrong(9, ELSEWHERE);
      expect([await outcome('mia@example.org', 'right', ELSEWHERE), await byDevice('right')]).toEqual([
        'too_many',
        'signed_in',
      ]);
    });

    it('then it has five tries of its own and then waits, and no other source or device does [AC-66]', async () => {
      const another = await deviceOf('mia@example.org');
      const tried: string[] = [];
      for (let n = 0; n < 6; n++) tried.push(await byDevice('wrong', device, `203.0.113.${n}`));
      expect(tried).toEqual([...Array(5).fill('refused'), 'too_many']);
      expect([await byDevice('right'), await byDevice('right', another), await outcome('mia@example.org')]).toEqual([
        ...['too_many', 'signed_in', 'signed_in'],
      ]);
    });

    it('then every sign-in renews its token, and it stays the same device [AC-66]', async () => {
      const renewed = await deviceOf('mia@example.org', 'right', ELSEWHERE, device);
      for (let n = 0; n < 5; n++) await byDevice('wrong');
      expect(await byDevice('right', renewed)).toBe('too_many');
    });

    it.each<[string, (harness: AuthHarness) => Promise<unknown>]>([
      ['it has not been used for 180 days', (harness) => harness.clock.pause(180 * DAY)],
      ['all sessions of the customer were ended', (harness) => harness.subjects.incrementGeneration('mia')],
    ])('then it is an unknown one once %s [AC-66]', async (_, end) => {
      await end(harness);
      await wrong(5, ELSEWHERE);
      expect(await byDevice('right')).toBe('too_many');
    });

    it('then it is an unknown one at the name of another customer, and at a name of nobody [AC-66]', async () => {
      await known('zoe@example.org', { customerId: 'zoe' });
      for (const name of ['zoe@example.org', 'nobody@example.org']) {
        for (let n = 0; n < 5; n++) await harness.logIn(name, 'wrong', ELSEWHERE);
        expect([name, await byDevice('right', device, ELSEWHERE, name)]).toEqual([name, 'too_many']);
      }
    });

    it('then a suspended customer gets the answer of a wrong password, after the same work [AC-26]', async () => {
      await harness.subjects.setStatus('mia', 'suspended');
      harness.hasher.calls.length = 0;
      expect(await byDevice('right')).toBe('refused');
      expect(harness.hasher.calls).toHaveLength(1);
    });
  });

  describe('given a source whose sign-ins have failed as often as one may in a day', () => {
    const spray = async (times: number) => {
      const told: string[] = [];
      for (let n = 0; n < times; n++)
        told.push(await outcome(`${n}@example.org`, 'wrong').catch((error: { code: string }) => error.code));
      return told;
    };
    beforeEach(() => {
      harness.failedLoginLimiter.max = 3;
      return known('mia@example.org');
    });

    it('then it is refused for every name alike, and costs no hash [AC-78]', async () => {
      expect(await spray(5)).toEqual([...Array(3).fill('refused'), 'request.too_many', 'request.too_many']);
      const paid = harness.hasher.calls.length;
      for (const name of ['mia@example.org', 'nobody@example.org', 'no name'])
        await expect(harness.logIn(name)).rejects.toMatchObject({ code: 'request.too_many' });
      expect(harness.hasher.calls).toHaveLength(paid);
      expect(await outcome('mia@example.org', 'right', ELSEWHERE)).toBe('signed_in');
    });

    it('then names that cannot be read count as well, and neither sign-ins, nor waits, nor our own failures do [AC-78]', async () => {
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

    it('then a known device is let on, and its wrong passwords do not count [AC-78]', async () => {
      const signedIn = await harness.logIn('mia@example.org');
      const device = (signedIn.outcome === 'signed_in' && signedIn.tokens.deviceToken) || '';
      await spray(3);
      expect(await outcome('mia@example.org', 'wrong', SOURCE, device)).toBe('refused');
      expect(await outcome('mia@example.org', 'right', SOURCE, device)).toBe('signed_in');
    });
  });

  describe('ST-P5 given a password whose hash is of an older pepper or cost', () => {
    const credential = async () => (await harness.subjects.findById('mia'))?.snapshot().credential;

    it('then it is right, and hashed anew once', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org')).toBe('signed_in');
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
      expect(harness.hasher.calls.at(-1)).toEqual({ work: 'hash', priority: 'rehash' });
    });

    it('then two at once do not corrupt it, and a wrong one changes nothing', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org', 'wrong')).toBe('refused');
      expect(await credential()).toBe('v2$old$hashed(old:right)');
      await Promise.all([harness.logIn('mia@example.org'), harness.logIn('mia@example.org')]);
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
    });
  });
});
