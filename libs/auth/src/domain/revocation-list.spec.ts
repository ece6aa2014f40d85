import { beforeEach, describe, expect, it } from 'vitest';
import { RevocationList } from './revocation-list.js';

const MIA = { customerId: 'mia', sessionId: 'here', generation: 1 };
const ofSession = (sessionId: string, expiresAt = 100) => ({
  customerId: 'mia',
  sessionId,
  generation: null,
  kept: null,
  expiresAt,
});
const ofCustomer = (generation: number, kept: string | null = null, expiresAt = 100) => ({
  customerId: 'mia',
  sessionId: null,
  generation,
  kept,
  expiresAt,
});

describe('RevocationList', () => {
  let list: RevocationList;
  beforeEach(() => {
    list = new RevocationList();
  });

  it('revokes nothing when empty', () => {
    expect(list.isRevoked(MIA)).toBe(false);
  });

  it('revokes tokens of a session in every generation, and no others', () => {
    list.add(ofSession('here'));
    expect([list.isRevoked(MIA), list.isRevoked({ ...MIA, generation: 9 })]).toEqual([true, true]);
    expect(list.isRevoked({ ...MIA, sessionId: 'elsewhere' })).toBe(false);
  });

  it('revokes all sessions of an earlier generation of the customer, and no others', () => {
    list.add(ofCustomer(2));
    const of = (generation: number, customerId = 'mia') => list.isRevoked({ ...MIA, generation, customerId });
    expect([of(0), of(1), of(2), of(3), of(0, 'eve')]).toEqual([true, true, false, false, false]);
  });

  it('revokes sessions before the first generation', () => {
    list.add(ofCustomer(1));
    expect(list.isRevoked({ ...MIA, generation: 0 })).toBe(true);
  });

  it('does not revoke the kept session', () => {
    list.add(ofCustomer(2, 'here'));
    expect([list.isRevoked(MIA), list.isRevoked({ ...MIA, sessionId: 'elsewhere' })]).toEqual([false, true]);
  });

  it('revokes an earlier kept session with a later generation, in any order', () => {
    for (const order of [
      [ofCustomer(2, 'here'), ofCustomer(3)],
      [ofCustomer(3), ofCustomer(2, 'here')],
    ]) {
      list = new RevocationList();
      for (const revocation of order) list.add(revocation);
      expect(list.isRevoked(MIA)).toBe(true);
    }
  });

  it('revokes a kept session that ends later', () => {
    list.add(ofCustomer(2, 'here'));
    list.add(ofSession('here'));
    expect(list.isRevoked(MIA)).toBe(true);
  });

  it('removes revocations when they expire, and not before', () => {
    list.add(ofSession('here', 100));
    list.add(ofCustomer(2, null, 200));
    list.removeExpired(99);
    expect(list.size).toBe(2);
    list.removeExpired(100);
    expect([list.size, list.isRevoked(MIA)]).toEqual([1, true]);
    list.removeExpired(200);
    expect([list.size, list.isRevoked(MIA)]).toEqual([0, false]);
  });

  it('stores a repeated revocation once', () => {
    for (let n = 0; n < 3; n++) {
      list.add(ofSession('here'));
      list.add(ofCustomer(2));
    }
    expect(list.size).toBe(2);
  });
});
