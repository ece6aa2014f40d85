import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { Subject, type SubjectState } from '../../domain/subject.js';
import { CountingPasswordHasher } from '../../testing/counting-password-hasher.js';
import { InMemorySubjects } from '../../testing/in-memory-subjects.js';
import { PlainIdentifierHasher } from '../../testing/plain-identifier-hasher.js';
import { PlainPasswordScheme } from '../../testing/plain-password-scheme.js';
import { RecordingAccessTokens } from '../../testing/recording-access-tokens.js';
import { LogIn, LogInHandler } from './log-in.js';

const MIA: SubjectState = {
  customerId: 'mia',
  roles: ['customer'],
  status: 'active',
  generation: 0,
  credential: 'v2$new$hashed(new:right)',
};

describe('LogIn', () => {
  let subjects: InMemorySubjects;
  let hasher: CountingPasswordHasher;
  let tokens: RecordingAccessTokens;
  let handler: LogInHandler;

  const identifiers = new PlainIdentifierHasher();
  const keyOf = (username: string) => identifiers.hash(parseIdentifier(username, 'BR'));
  const known = (username: string, changes: Partial<SubjectState> = {}, key = keyOf(username)) =>
    subjects.add(Subject.restore({ ...MIA, ...changes }), key);
  const logIn = (username: string, password: string) => handler.execute(new LogIn(username, password));

  beforeEach(() => {
    subjects = new InMemorySubjects();
    hasher = new CountingPasswordHasher();
    tokens = new RecordingAccessTokens();
    const scheme = new PlainPasswordScheme();
    handler = new LogInHandler(subjects, identifiers, scheme, hasher, tokens, { defaultMarket: 'BR' });
  });

  it('given name and password, then a token for that subject', async () => {
    await known('mia@example.org');
    expect(await logIn('mia@example.org', 'right')).toEqual({
      token: 'token of mia',
      expiresInSeconds: 900,
      scope: 'customer',
    });
    expect(tokens.issued).toEqual([MIA]);
  });

  it.each(['MIA@Example.ORG', 'mia@example.org'])('given %s, then it is the same person', async (username) => {
    await known('mia@example.org');
    expect(await logIn(username, 'right')).not.toBe('refused');
  });

  it.each(['+5511961234567', '(11) 96123-4567', '11 961234567'])(
    'given %s, then it is read with the default market',
    async (username) => {
      await known('+5511961234567');
      expect(await logIn(username, 'right')).not.toBe('refused');
    },
  );

  it('given an identifier stored under an older key, then it is found', async () => {
    await known('mia@example.org', {}, 'old email:mia@example.org');
    expect(await logIn('mia@example.org', 'right')).not.toBe('refused');
  });

  it('given a password stored under an older pepper, then it is right', async () => {
    await known('mia@example.org', { credential: 'v2$old$hashed(old:right)' });
    expect(await logIn('mia@example.org', 'right')).not.toBe('refused');
    expect(await logIn('mia@example.org', 'wrong')).toBe('refused');
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
      expect(await logIn(username, password)).toBe('refused');
      expect(tokens.issued).toEqual([]);
      expect(hasher.paid).toEqual([{ work: 'verify', priority: 'login' }]);
    },
  );

  it('AC-26 given the right password, then it costs what a wrong one does', async () => {
    await known('mia@example.org');
    await logIn('mia@example.org', 'right');
    expect(hasher.paid).toEqual([{ work: 'verify', priority: 'login' }]);
  });

  it('given a store that is away, then the caller learns it, and no token is issued', async () => {
    subjects.byIdentifier = () => Promise.reject(new Error('away'));
    await expect(logIn('mia@example.org', 'right')).rejects.toThrow('away');
    expect(tokens.issued).toEqual([]);
  });
});
