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

  it('given nothing, then nobody is refused', () => {
    expect(list.isRevoked(MIA)).toBe(false);
  });

  it('given a session, then its tokens of every generation, and no other', () => {
    list.add(ofSession('here'));
    expect([list.isRevoked(MIA), list.isRevoked({ ...MIA, generation: 9 })]).toEqual([true, true]);
    expect(list.isRevoked({ ...MIA, sessionId: 'elsewhere' })).toBe(false);
  });

  it('given a generation, then every session of an earlier one, and nobody else', () => {
    list.add(ofCustomer(2));
    const of = (generation: number, customerId = 'mia') => list.isRevoked({ ...MIA, generation, customerId });
    expect([of(0), of(1), of(2), of(3), of(0, 'eve')]).toEqual([true, true, false, false, false]);
  });

  it('given the first generation, then those before it', () => {
    list.add(ofCustomer(1));
    expect(list.isRevoked({ ...MIA, generation: 0 })).toBe(true);
  });

  it('given a session that goes on, then not that one', () => {
    list.add(ofCustomer(2, 'here'));
    expect([list.isRevoked(MIA), list.isRevoked({ ...MIA, sessionId: 'elsewhere' })]).toEqual([false, true]);
  });

  it('given a later generation, then what was kept before is not kept any more, in whatever order they are told', () => {
    for (const order of [
      [ofCustomer(2, 'here'), ofCustomer(3)],
      [ofCustomer(3), ofCustomer(2, 'here')],
    ]) {
      list = new RevocationList();
      for (const revocation of order) list.add(revocation);
      expect(list.isRevoked(MIA)).toBe(true);
    }
  });

  it('given one that is kept, and then ended by itself, then it is refused', () => {
    list.add(ofCustomer(2, 'here'));
    list.add(ofSession('here'));
    expect(list.isRevoked(MIA)).toBe(true);
  });

  it('given their time is over, then they are forgotten, and not before', () => {
    list.add(ofSession('here', 100));
    list.add(ofCustomer(2, null, 200));
    list.removeExpired(99);
    expect(list.size).toBe(2);
    list.removeExpired(100);
    expect([list.size, list.isRevoked(MIA)]).toEqual([1, true]);
    list.removeExpired(200);
    expect([list.size, list.isRevoked(MIA)]).toEqual([0, false]);
  });

  it('given the same again, then it is kept once', () => {
    for (let n = 0; n < 3; n++) {
      list.add(ofSession('here'));
      list.add(ofCustomer(2));
    }
    expect(list.size).toBe(2);
  });
});
