import { beforeEach, describe, expect, it } from 'vitest';
import { Cpf, HashingBusy, parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { SubjectState } from '../../domain/subject.js';
import { Auth, SOURCE } from '../../testing/auth.js';

const SECOND = 1_000;

describe('LogIn', () => {
  let house: Auth;
  beforeEach(() => {
    house = new Auth();
  });

  const keyOf = (username: string) => house.identifiers.hash(parseIdentifier(username, 'BR'));
  const known = (username: string, changes: Partial<SubjectState> = {}, key = keyOf(username)) =>
    house.known(key, changes);
  const outcome = async (...typed: Parameters<Auth['logIn']>) => (await house.logIn(...typed)).outcome;
  const wrong = async (times: number, source = SOURCE) => {
    const outcomes: string[] = [];
    for (let n = 0; n < times; n++) outcomes.push(await outcome('mia@example.org', 'wrong', source));
    return outcomes;
  };

  it('given name and password, then a session, told and written down', async () => {
    await known('mia@example.org');
    const result = await house.logIn('mia@example.org');
    expect(result).toMatchObject({ tokens: { accessToken: 'token of mia', expiresInSeconds: 900, scope: 'customer' } });
    const [session] = house.sessions.states.values();
    expect(session).toMatchObject({ customerId: 'mia', turn: 0, source: SOURCE, revoked: false });
    expect(house.outbox.events).toMatchObject([
      { type: 'auth.logged_in.v1', subject: session?.id, sequence: 1, data: { customerId: 'mia', sid: session?.id } },
    ]);
    expect(house.audit.entries).toEqual([
      { action: 'auth.login.succeeded', actor: 'mia', target: 'mia', source: SOURCE },
    ]);
  });

  it('given a CPF that is a name of his, bare or punctuated, then a session, and one count with his other names', async () => {
    await known('mia@example.org');
    await house.subjects.addIdentifier('mia', house.identifiers.hash(Cpf.parse('52998224725')));
    expect([await outcome('529.982.247-25'), await outcome('52998224725')]).toEqual(['signed_in', 'signed_in']);
    const source = '198.51.100.1';
    for (const name of ['52998224725', 'mia@example.org', '529.982.247-25', '52998224725', 'mia@example.org'])
      expect(await outcome(name, 'wrong', source)).toBe('refused');
    expect([await outcome('52998224725', 'right', source), await outcome('mia@example.org', 'right', source)]).toEqual([
      ...['too_many', 'too_many'],
    ]);
  });

  it('given a CPF that is nobody’s, then it is refused after the same work, and counted', async () => {
    expect(await outcome('529.982.247-25')).toBe('refused');
    expect(house.hasher.paid).toHaveLength(1);
    for (let n = 0; n < 4; n++) await outcome('52998224725', 'wrong');
    expect(await outcome('529.982.247-25')).toBe('too_many');
  });

  it('AC-46 given two sign-ins, then two sessions and two refresh tokens', async () => {
    await known('mia@example.org');
    const results = [await house.logIn('mia@example.org'), await house.logIn('mia@example.org')];
    const tokens = results.map((result) => result.outcome === 'signed_in' && result.tokens.refreshToken);
    expect(new Set(tokens).size).toBe(2);
    expect(house.sessions.states.size).toBe(2);
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
    expect(await house.logIn('mia@example.org')).toMatchObject({ tokens: { scope: 'password' } });
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
      expect(await house.logIn(username, password)).toEqual({ outcome: 'refused' });
      expect(house.accessTokens.issued).toEqual([]);
      expect(house.hasher.paid).toEqual([{ work: 'verify', priority: 'login' }]);
      expect(house.audit.actions).toEqual(['auth.login.refused']);
    },
  );

  it.each<[string, (house: Auth) => Promise<unknown>]>([
    ['suspended', (house) => house.subjects.setStatus('mia', 'suspended')],
    ['signed out everywhere', (house) => house.subjects.raiseGeneration('mia')],
  ])('RC-07 given somebody who is %s while his password is compared, then there is no session', async (_, end) => {
    await known('mia@example.org');
    const verify = house.hasher.verify.bind(house.hasher);
    house.hasher.verify = async (...typed) => {
      await end(house);
      return verify(...typed);
    };
    expect(await house.logIn('mia@example.org')).toEqual({ outcome: 'refused' });
    expect([house.sessions.states.size, house.outbox.events, house.accessTokens.issued]).toEqual([0, [], []]);
    expect(house.audit.actions).toEqual(['auth.login.refused']);
  });

  it('AC-26 given the right password, then it costs what a wrong one does', async () => {
    await known('mia@example.org');
    await house.logIn('mia@example.org');
    expect(house.hasher.paid).toEqual([{ work: 'verify', priority: 'login' }]);
  });

  it('given a store that is away, then the caller learns it, and no token is issued', async () => {
    house.subjects.byIdentifier = () => Promise.reject(new Error('away'));
    await expect(house.logIn('mia@example.org')).rejects.toThrow('away');
    expect(house.accessTokens.issued).toEqual([]);
  });

  it('LD-03 given no room for anybody, then nothing is done and nothing counted', async () => {
    await known('mia@example.org');
    house.hasher.isFull = true;
    house.subjects.byIdentifier = () => Promise.reject(new Error('was looked for'));
    for (let n = 0; n < 9; n++) await expect(house.logIn('mia@example.org')).rejects.toBeInstanceOf(HashingBusy);
    expect([house.audit.entries, house.hasher.paid]).toEqual([[], []]);
  });

  it('given no room for the hash, then the try does not count', async () => {
    await known('mia@example.org');
    const verify = house.hasher.verify.bind(house.hasher);
    house.hasher.verify = () => Promise.reject(new Error('busy'));
    for (let n = 0; n < 9; n++) await expect(house.logIn('mia@example.org')).rejects.toThrow('busy');
    house.hasher.verify = verify;
    expect(await outcome('mia@example.org')).toBe('signed_in');
  });

  describe('AC-01 given wrong passwords in a row', () => {
    beforeEach(() => known('mia@example.org'));

    it('then from the fifth on one waits 1, 2, 4 … seconds, and being refused does not make it longer', async () => {
      expect(await wrong(6)).toEqual([...Array(5).fill('refused'), 'too_many']);
      expect(await house.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 1 });
      await house.clock.pause(SECOND);
      expect(await wrong(2)).toEqual(['refused', 'too_many']);
      expect(await house.logIn('mia@example.org', 'right')).toEqual({ outcome: 'too_many', retryAfterSeconds: 2 });
      await house.clock.pause(2 * SECOND);
      expect(await outcome('mia@example.org', 'right')).toBe('signed_in');
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('then who is refused costs no hash, and it is written down', async () => {
      await wrong(5);
      const paid = house.hasher.paid.length;
      await wrong(1);
      expect(house.hasher.paid).toHaveLength(paid);
      expect(house.audit.actions.at(-1)).toBe('auth.login.limited');
    });

    it('then nobody waits longer than fifteen minutes, and after as long in quiet the count begins anew', async () => {
      for (let n = 0; n < 25; n++) {
        await wrong(1);
        await house.clock.pause(901 * SECOND);
      }
      expect(await wrong(5)).toEqual(Array(5).fill('refused'));
    });

    it('AC-25 then the owner gets in at once from where he was before', async () => {
      await house.logIn('mia@example.org', 'right', '203.0.113.1');
      await wrong(20, '198.51.100.66');
      expect(await outcome('mia@example.org', 'right', '198.51.100.66')).toBe('too_many');
      expect(await outcome('mia@example.org', 'right', '203.0.113.1')).toBe('signed_in');
    });

    it('then one count is for all names of a customer, and an unknown name has one, too', async () => {
      for (let n = 0; n < 5; n++) await house.logIn('nobody@example.org', 'x');
      expect(await outcome('nobody@example.org', 'x')).toBe('too_many');
      expect(await outcome('mia@example.org', 'wrong')).toBe('refused');
    });

    it('given fifty at once, then five are compared', async () => {
      const results = await Promise.all(Array.from({ length: 50 }, () => outcome('mia@example.org', 'wrong')));
      expect(results.filter((result) => result === 'refused')).toHaveLength(5);
      expect(house.hasher.paid).toHaveLength(5);
    });

    it('given many right ones at once, then all get in', async () => {
      const results = await Promise.all(Array.from({ length: 12 }, () => outcome('mia@example.org', 'right')));
      expect(results).toEqual(Array(12).fill('signed_in'));
    });
  });

  describe('ST-P5 given a password whose hash is of an older pepper or cost', () => {
    const credential = async () => (await house.subjects.byId('mia'))?.snapshot().credential;

    it('then it is right, and hashed anew once', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org')).toBe('signed_in');
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
      expect(house.hasher.paid.at(-1)).toEqual({ work: 'hash', priority: 'rehash' });
    });

    it('then two at once do not corrupt it, and a wrong one changes nothing', async () => {
      await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
      expect(await outcome('mia@example.org', 'wrong')).toBe('refused');
      expect(await credential()).toBe('v2$old$hashed(old:right)');
      await Promise.all([house.logIn('mia@example.org'), house.logIn('mia@example.org')]);
      await new Promise(setImmediate);
      expect(await credential()).toBe('v2$new$hashed(new:right)');
    });
  });
});
