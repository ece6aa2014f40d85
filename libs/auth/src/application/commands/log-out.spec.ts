import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { LAST_TOKEN_EXPIRES_AT } from '../../testing/recording-revocations.js';

describe('LogOutHandler', () => {
  let harness: AuthHarness;
  let here: string;
  let elsewhere: string;
  let refreshHere: string;

  const signIn = async () => {
    const result = await harness.logIn('mia@example.org');
    const [id = ''] = [...harness.sessions.states.keys()].slice(-1);
    return { id, token: result.outcome === 'signed_in' ? result.tokens.refreshToken : '' };
  };
  const revoked = () => harness.outbox.events.filter(({ type }) => type === 'auth.session_revoked.v1');
  const alive = () => [...harness.sessions.states.values()].filter((session) => !session.revoked).map(({ id }) => id);

  beforeEach(async () => {
    harness = new AuthHarness();
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    ({ id: elsewhere } = await signIn());
    ({ id: here, token: refreshHere } = await signIn());
  });

  it('ends the current session and publishes the revocation', async () => {
    await harness.logOut(here);
    expect([alive(), await harness.refresh(refreshHere)]).toEqual([[elsewhere], 'refused']);
    expect(harness.revocations.revoked).toEqual([{ customerId: 'mia', sessionId: here }]);
    const data = {
      customerId: 'mia',
      sid: here,
      generation: null,
      kept: null,
      expiresAt: LAST_TOKEN_EXPIRES_AT.toISOString(),
    };
    expect(revoked()).toMatchObject([{ subject: here, sequence: 2, aggregateType: 'session', data }]);
    expect(harness.audit.entries).toContainEqual({
      action: 'auth.logout.current',
      actor: 'mia',
      target: 'mia',
      source: SOURCE,
    });
  });

  it('ends all sessions by incrementing the generation', async () => {
    await harness.logOut(here, 'all');
    expect([alive(), await harness.refresh(refreshHere)]).toEqual([[], 'refused']);
    expect(harness.revocations.revoked).toEqual([{ customerId: 'mia', generation: 1, kept: null }]);
    const data = { customerId: 'mia', sid: null, generation: 1 };
    expect(revoked()).toMatchObject([{ subject: 'mia', sequence: 1, aggregateType: 'subject', data }]);
  });

  it('notifies the owner when all sessions end, with the actor, but not for one session [AC-70]', async () => {
    await harness.logOut(elsewhere);
    await harness.endSession(here);
    expect(harness.changes.changes).toEqual([]);
    await harness.logOut(here, 'all');
    await harness.signIns.endAllSessions('mia', 'an admin', SOURCE);
    await harness.signIns.endAllSessions('mia', 'mia', SOURCE);
    await harness.signIns.endAllSessions('nobody', 'an admin', SOURCE);
    expect(harness.changes.changes).toEqual([
      ['mia', 'sessions_ended'],
      ['mia', 'sessions_ended_by_staff'],
      ['mia', 'sessions_ended'],
    ]);
  });

  it('publishes a repeated sign-out once', async () => {
    await harness.logOut(here);
    await harness.logOut(here);
    expect(revoked()).toHaveLength(1);
  });

  it('does nothing for a deleted customer', async () => {
    await harness.logOut(here, 'all', 'somebody else');
    expect(alive()).toHaveLength(2);
  });

  it('ends one of several sessions', async () => {
    expect(await harness.endSession(elsewhere)).toBe(true);
    expect(alive()).toEqual([here]);
    expect(await harness.endSession(elsewhere)).toBe(false);
  });

  it('finds no session of another customer [AC-49]', async () => {
    expect(await harness.endSession(here, 'eve')).toBe(false);
    expect(alive()).toHaveLength(2);
  });

  it('opens a first session, and none after the sessions ended [AC-68]', async () => {
    expect(await harness.signIns.openFirstSession('mia', SOURCE)).toMatchObject({ scope: 'customer' });
    await harness.logOut(here, 'all');
    expect(await harness.signIns.openFirstSession('mia', SOURCE)).toBeNull();
  });

  it('opens no first session for a suspended or unknown customer', async () => {
    harness.subjects.change('mia', { status: 'suspended' });
    expect(await harness.signIns.openFirstSession('mia', SOURCE)).toBeNull();
    expect(await harness.signIns.openFirstSession('nobody', SOURCE)).toBeNull();
  });

  it('ends all sessions for another module', async () => {
    await harness.signIns.endAllSessions('mia', 'an admin', SOURCE);
    expect(alive()).toEqual([]);
    expect(harness.audit.entries.at(-1)).toMatchObject({ actor: 'an admin', target: 'mia', source: SOURCE });
  });
});
