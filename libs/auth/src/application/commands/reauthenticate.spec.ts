import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { RateLimitedReauthentication } from '../services/rate-limited-reauthentication.js';
import { Reauthenticate, ReauthenticateHandler } from './reauthenticate.js';

const LIFE_MS = 3_600_000;

describe('ReauthenticateHandler', () => {
  let harness: AuthHarness;
  let handler: ReauthenticateHandler;
  let here: string;

  const again = (password = 'right', sessionId = here) =>
    handler.execute(new Reauthenticate('mia', sessionId, password, SOURCE));
  const signIn = async () => {
    const result = await harness.logIn('mia@example.org');
    if (result.outcome !== 'signed_in') throw new Error(result.outcome);
    return { id: [...harness.sessions.states.keys()].at(-1) ?? '', token: result.tokens.refreshToken };
  };

  beforeEach(async () => {
    harness = new AuthHarness();
    const { subjects, tries, passwords, audit, sessions, accessTokens, clock } = harness;
    const check = new RateLimitedReauthentication(subjects, tries, passwords, audit);
    handler = new ReauthenticateHandler(check, sessions, accessTokens, audit, clock);
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    ({ id: here } = await signIn());
  });

  it('issues a token with the current auth_time without changing the session [AC-70]', async () => {
    const before = harness.sessions.states.get(here);
    harness.clock.advance(600_000);
    expect(await again()).toEqual({
      outcome: 'authenticated',
      access: { token: 'token of mia', expiresInSeconds: 900, scope: 'customer' },
    });
    expect(harness.accessTokens.authenticatedAt.at(-1)).toEqual(harness.clock.now());
    expect(harness.sessions.states.get(here)).toEqual(before);
    expect(harness.audit.entries.at(-1)).toEqual({
      action: 'auth.reauthenticated',
      actor: 'mia',
      target: 'mia',
      source: SOURCE,
    });
  });

  it('does not renew the auth_time of the next refresh [AC-70]', async () => {
    const signedInAt = harness.clock.now();
    const { token } = await signIn();
    harness.clock.advance(600_000);
    await again();
    await harness.refresh(token);
    expect(harness.accessTokens.authenticatedAt.at(-1)).toEqual(signedInAt);
  });

  it('rejects a wrong password, and requires a wait after five [AC-70]', async () => {
    for (let n = 0; n < 5; n++) expect(await again('wrong')).toEqual({ outcome: 'wrong' });
    expect(await again()).toMatchObject({ outcome: 'too_many' });
    expect(harness.accessTokens.issued).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown> | undefined]>([
    ['has ended', () => harness.endSession(here)],
    ['ended with all others', () => harness.logOut(here, 'all')],
    ['is past its time', () => void harness.clock.advance(LIFE_MS)],
    ['is not there', () => void harness.sessions.states.delete(here)],
  ])('issues no token for a session that %s [AC-70]', async (_, end) => {
    await end();
    expect(await again()).toEqual({ outcome: 'session_ended' });
    expect(harness.accessTokens.issued).toHaveLength(1);
  });
});
