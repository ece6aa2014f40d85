import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseIdentifier } from '#kernel';
import type { TokenSet } from '../../facade.js';
import { AuthHarness, SOURCE } from '../../testing/auth-harness.js';

const SECOND = 1_000;

describe('RefreshSessionHandler', () => {
  let harness: AuthHarness;
  let first: string;

  beforeEach(async () => {
    harness = new AuthHarness();
    await harness.addSubject(harness.identifiers.hash(parseIdentifier('mia@example.org', 'BR')));
    first = await signIn();
  });

  const signIn = async (): Promise<string> => {
    const result = await harness.logIn('mia@example.org');
    if (result.outcome !== 'signed_in') throw new Error(result.outcome);
    return result.tokens.refreshToken;
  };
  const childOf = async (token: string) => ((await harness.refresh(token)) as TokenSet).refreshToken;
  const session = () => [...harness.sessions.states.values()].at(-1);

  it('returns the child of the live token and records it', async () => {
    const tokens = (await harness.refresh(first)) as TokenSet;
    expect(tokens).toMatchObject({ accessToken: 'token of mia', scope: 'customer' });
    expect(tokens.refreshToken).not.toBe(first);
    expect(session()?.turn).toBe(1);
    expect(harness.audit.actions).toEqual(['auth.login.succeeded', 'auth.refresh.succeeded']);
  });

  it('returns the same child again within ten seconds', async () => {
    const child = await childOf(first);
    await harness.clock.pause(10 * SECOND);
    expect(await childOf(first)).toBe(child);
    expect(await harness.refresh(child)).not.toBe('refused');
  });

  it('returns one valid child for fifty concurrent calls [AC-15] [RC-05]', async () => {
    const children = await Promise.all(Array.from({ length: 50 }, () => childOf(first)));
    expect(new Set(children).size).toBe(1);
    expect(session()?.turn).toBe(1);
    expect(await harness.refresh(children[0] ?? '')).not.toBe('refused');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['after ten seconds', () => harness.clock.pause(10 * SECOND + 1)],
    ['after its child was used', async () => harness.refresh(await childOf(first))],
  ])('ends the session once when the token is presented again %s [INV-05]', async (_, meanwhile) => {
    const child = await childOf(first);
    await meanwhile();
    expect(await harness.refresh(first)).toBe('refused');
    expect(await harness.refresh(first)).toBe('refused');
    expect(await harness.refresh(child)).toBe('refused');
    expect(harness.outbox.types.filter((type) => type === 'auth.session_revoked.v1')).toHaveLength(1);
    expect(harness.revocations.revoked).toHaveLength(1);
    expect(harness.audit.actions.filter((action) => action === 'auth.refresh.reused')).toHaveLength(1);
  });

  it('ends the session when a much older token is presented [INV-05]', async () => {
    let token = first;
    for (let n = 0; n < 5; n++) token = await childOf(token);
    expect(await harness.refresh(first)).toBe('refused');
    expect(await harness.refresh(token)).toBe('refused');
  });

  it('does not change another session of the customer', async () => {
    const other = await signIn();
    await childOf(first);
    await harness.clock.pause(11 * SECOND);
    expect(await harness.refresh(first)).toBe('refused');
    expect(await harness.refresh(other)).not.toBe('refused');
  });

  it('writes one audit entry per outcome, and none for a forged token [INV-18]', async () => {
    const child = await childOf(first);
    await childOf(first);
    await childOf(child);
    await harness.refresh(first);
    await harness.refresh(child);
    await harness.refresh('x');
    const entries = harness.audit.entries.slice(1);
    expect(entries.map(({ action }) => action.replace('auth.refresh.', ''))).toEqual([
      'succeeded',
      'repeated',
      'succeeded',
      'reused',
      'refused',
    ]);
    for (const { target, source } of entries) expect([target, source]).toEqual(['mia', SOURCE]);
  });

  it('writes one audit entry for a purged session [INV-18]', async () => {
    harness.sessions.states.clear();
    await harness.refresh(first);
    expect(harness.audit.entries.at(-1)).toEqual({
      action: 'auth.refresh.refused',
      actor: null,
      target: null,
      source: SOURCE,
    });
  });

  it('records one refusal an hour for a dead token, and queries its session once an hour [AC-69]', async () => {
    await harness.logOut(session()?.id ?? '');
    const looks = vi.spyOn(harness.sessions, 'findById');
    const refused = () => harness.audit.actions.filter((action) => action === 'auth.refresh.refused').length;
    for (let n = 0; n < 20; n++) expect(await harness.refresh(first)).toBe('refused');
    expect([refused(), looks.mock.calls.length]).toEqual([1, 1]);
    await harness.clock.pause(3_600 * SECOND);
    for (let n = 0; n < 20; n++) expect(await harness.refresh(first)).toBe('refused');
    expect([refused(), looks.mock.calls.length]).toEqual([2, 2]);
  });

  it('records one refusal an hour for a token of a session that was purged [AC-69]', async () => {
    harness.sessions.states.clear();
    const before = harness.audit.entries.length;
    for (let n = 0; n < 20; n++) expect(await harness.refresh(first)).toBe('refused');
    expect(harness.audit.entries.length - before).toBe(1);
  });

  it('records a refusal on the next call when the first attempt failed [AC-69]', async () => {
    await harness.logOut(session()?.id ?? '');
    vi.spyOn(harness.sessions, 'recordRefusal').mockRejectedValueOnce(new Error('away'));
    await expect(harness.refresh(first)).rejects.toThrow('away');
    expect(await harness.refresh(first)).toBe('refused');
    expect(harness.audit.actions.at(-1)).toBe('auth.refresh.refused');
  });

  it('records one repeat per rotation [AC-69]', async () => {
    const child = await childOf(first);
    for (let n = 0; n < 20; n++) expect(await childOf(first)).toBe(child);
    await childOf(child);
    for (let n = 0; n < 20; n++) await childOf(child);
    const outcomes = harness.audit.actions.slice(1).map((action) => action.replace('auth.refresh.', ''));
    expect(outcomes).toEqual(['succeeded', 'repeated', 'succeeded', 'repeated']);
  });

  it('rejects a forged token without ending a session [AC-16]', async () => {
    const swapped = (at: number) => first.slice(0, at) + (first[at] === 'A' ? 'B' : 'A') + first.slice(at + 1);
    const forged = ['', 'x', first.slice(0, -1), `${first}A`, ` ${first}`, ...[0, 23, 40, 70, 88].map(swapped)];
    for (const token of forged) expect(await harness.refresh(token), token).toBe('refused');
    expect(await harness.refresh(first)).not.toBe('refused');
  });

  it.each<[string, () => unknown]>([
    ['it was not used for too long', () => harness.clock.pause(3_600 * SECOND)],
    ['the subject was suspended [AC-17]', () => harness.subjects.change('mia', { status: 'suspended' })],
    ['all its sessions were ended [AC-31]', () => harness.subjects.incrementGeneration('mia')],
    ['its session was ended', () => harness.logOut(session()?.id ?? '')],
    ['the session is forgotten', () => harness.sessions.states.clear()],
  ])('rejects the token when %s', async (_, meanwhile) => {
    await meanwhile();
    expect(await harness.refresh(first)).toBe('refused');
  });

  it('extends the session on use', async () => {
    for (let n = 0; n < 5; n++) {
      await harness.clock.pause(3_000 * SECOND);
      first = await childOf(first);
    }
    expect(session()?.turn).toBe(5);
  });

  it('issues the next access token with changed roles', async () => {
    harness.subjects.change('mia', { roles: ['customer', 'staff'] });
    await harness.refresh(first);
    expect(harness.accessTokens.issued.at(-1)?.roles).toEqual(['customer', 'staff']);
  });
});
