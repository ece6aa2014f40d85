import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';
import { LAST_TOKEN_EXPIRES_AT } from '../../testing/recording-revocations.js';

describe('signing out', () => {
  let house: AuthHarness;
  let here: string;
  let elsewhere: string;
  let refreshHere: string;

  const signIn = async () => {
    const result = await house.logIn('mia@example.org');
    const [id = ''] = [...house.sessions.states.keys()].slice(-1);
    return { id, token: result.outcome === 'signed_in' ? result.tokens.refreshToken : '' };
  };
  const revoked = () => house.outbox.events.filter(({ type }) => type === 'auth.session_revoked.v1');
  const alive = () => [...house.sessions.states.values()].filter((session) => !session.revoked).map(({ id }) => id);

  beforeEach(async () => {
    house = new AuthHarness();
    await house.addSubject(house.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    ({ id: elsewhere } = await signIn());
    ({ id: here, token: refreshHere } = await signIn());
  });

  it('given this session, then it ends, and those who verify tokens hear of it', async () => {
    await house.logOut(here);
    expect([alive(), await house.refresh(refreshHere)]).toEqual([[elsewhere], 'refused']);
    expect(house.revocations.revoked).toEqual([{ customerId: 'mia', sessionId: here }]);
    const data = {
      customerId: 'mia',
      sid: here,
      generation: null,
      kept: null,
      expiresAt: LAST_TOKEN_EXPIRES_AT.toISOString(),
    };
    expect(revoked()).toMatchObject([{ subject: here, sequence: 2, aggregateType: 'session', data }]);
    expect(house.audit.entries).toContainEqual({
      action: 'auth.logout.current',
      actor: 'mia',
      target: 'mia',
      source: SOURCE,
    });
  });

  it('given all of them, then the generation rises, and nothing of an earlier one is good', async () => {
    await house.logOut(here, 'all');
    expect([alive(), await house.refresh(refreshHere)]).toEqual([[], 'refused']);
    expect(house.revocations.revoked).toEqual([{ customerId: 'mia', generation: 1, kept: null }]);
    const data = { customerId: 'mia', sid: null, generation: 1 };
    expect(revoked()).toMatchObject([{ subject: 'mia', sequence: 1, aggregateType: 'subject', data }]);
  });

  it('tells the owner when all of them end, and who did it, but not of one of them [AC-70]', async () => {
    await house.logOut(elsewhere);
    await house.endSession(here);
    expect(house.changes.changes).toEqual([]);
    await house.logOut(here, 'all');
    await house.signIns.endAllSessions('mia', 'an admin', SOURCE);
    await house.signIns.endAllSessions('mia', 'mia', SOURCE);
    await house.signIns.endAllSessions('nobody', 'an admin', SOURCE);
    expect(house.changes.changes).toEqual([
      ['mia', 'sessions_ended'],
      ['mia', 'sessions_ended_by_staff'],
      ['mia', 'sessions_ended'],
    ]);
  });

  it('given it twice, then it is told once', async () => {
    await house.logOut(here);
    await house.logOut(here);
    expect(revoked()).toHaveLength(1);
  });

  it('given somebody who is gone, then nothing happens', async () => {
    await house.logOut(here, 'all', 'somebody else');
    expect(alive()).toHaveLength(2);
  });

  it('given one session of several, then that one ends', async () => {
    expect(await house.endSession(elsewhere)).toBe(true);
    expect(alive()).toEqual([here]);
    expect(await house.endSession(elsewhere)).toBe(false);
  });

  it('AC-49 given the session of somebody else, then there is none', async () => {
    expect(await house.endSession(here, 'eve')).toBe(false);
    expect(alive()).toHaveLength(2);
  });

  it('opens a first session for a customer, and none once their sessions have ended [AC-68]', async () => {
    expect(await house.signIns.openFirstSession('mia', SOURCE)).toMatchObject({ scope: 'customer' });
    await house.logOut(here, 'all');
    expect(await house.signIns.openFirstSession('mia', SOURCE)).toBeNull();
  });

  it('given a customer who may not sign in, or nobody, then no first session', async () => {
    house.subjects.change('mia', { status: 'suspended' });
    expect(await house.signIns.openFirstSession('mia', SOURCE)).toBeNull();
    expect(await house.signIns.openFirstSession('nobody', SOURCE)).toBeNull();
  });

  it('given another module that ends them all, then they end', async () => {
    await house.signIns.endAllSessions('mia', 'an admin', SOURCE);
    expect(alive()).toEqual([]);
    expect(house.audit.entries.at(-1)).toMatchObject({ actor: 'an admin', target: 'mia', source: SOURCE });
  });
});
