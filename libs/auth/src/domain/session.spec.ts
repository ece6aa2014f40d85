import { describe, expect, it } from 'vitest';
import { Session, type SessionState } from './session.js';

const NOW = 1_000_000;
const STATE: SessionState = {
  id: 's',
  customerId: 'mia',
  generation: 3,
  turn: 5,
  currentHash: 'now',
  previousHash: 'before',
  rotatedAt: NOW,
  expiresAt: NOW + 60_000,
  revoked: false,
  scope: 'customer',
  source: '192.0.2.7',
  createdAt: new Date(NOW),
};
const present = (
  turn: number,
  hash: string,
  { generation = 3, now = NOW, ...changes }: Partial<SessionState> & { now?: number; generation?: number } = {},
) => Session.restore({ ...STATE, ...changes }).checkPresentedToken({ turn, hash }, generation, now);

describe('Session', () => {
  it('accepts the live token', () => {
    expect(present(5, 'now')).toBe('current');
  });

  it.each([
    [0, 'repeat'],
    [10_000, 'repeat'],
    [10_001, 'reused'],
  ] as const)('classifies the previous token after %i ms as %s', (later, expected) => {
    expect(present(4, 'before', { now: NOW + later })).toBe(expected);
  });

  it('classifies an older token as reused at any age [INV-05]', () => {
    expect([present(3, 'x'), present(0, 'x'), present(4, 'not the parent')]).toEqual(['reused', 'reused', 'reused']);
  });

  it('rejects a token of a future turn or with another hash', () => {
    expect([present(6, 'x'), present(5, 'x')]).toEqual(['dead', 'dead']);
  });

  it.each([
    ['has ended', { revoked: true }],
    ['has expired', { now: NOW + 60_000 }],
    ['is of an earlier generation', { generation: 4 }],
  ])('rejects every token when it %s', (_, changes) => {
    expect([present(5, 'now', changes), present(4, 'before', changes), present(0, 'x', changes)]).toEqual(
      Array(3).fill('dead'),
    );
  });

  it('has no repeat in its first turn', () => {
    expect(present(0, 'now', { turn: 0, previousHash: null })).toBe('current');
    expect(present(-1, 'before', { turn: 0, previousHash: null })).toBe('reused');
  });

  it('returns its state as a snapshot', () => {
    expect(Session.restore(STATE).snapshot()).toEqual(STATE);
  });
});
