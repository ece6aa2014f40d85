import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Allowance, Counters } from '#kernel';

/** One store, accessed over several connections. */
export interface CountersUnderTest {
  readonly connections: readonly [Counters, ...Counters[]];
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SHORT = 200;
const HOUR = 3_600_000;
const allowance = (count: number | null, windowMs = HOUR): Allowance => ({ max: count, windowMs });

/** Contract for every `Counters`. */
export function countersContract(name: string, open: () => Promise<CountersUnderTest>): void {
  describe(`${name} implements Counters`, () => {
    let under: CountersUnderTest;
    let counters: Counters;
    let key: string;

    const take = (...allowances: Allowance[]) => counters.reserve(key, allowances);
    const allowed = async (...allowances: Allowance[]) => (await take(...allowances)).allowed;

    beforeAll(async () => {
      under = await open();
      [counters] = under.connections;
    });
    beforeEach(() => {
      key = `{${randomUUID()}}:test`;
    });
    afterAll(() => under.drop());

    it('allows up to the limit, and returns the time until the next is allowed', async () => {
      expect([await allowed(allowance(2)), await allowed(allowance(2))]).toEqual([true, true]);
      const refused = await take(allowance(2));
      expect(refused).toEqual({ allowed: false, retryAfterSeconds: expect.any(Number) });
      expect(!refused.allowed && refused.retryAfterSeconds).toBeGreaterThan(3_590);
      expect(!refused.allowed && refused.retryAfterSeconds).toBeLessThanOrEqual(3_600);
    });

    it('does not count rejected attempts', async () => {
      for (let n = 0; n < 5; n++) await take(allowance(2, SHORT));
      expect(await counters.count(key, HOUR)).toBe(2);
    });

    it('allows again, one by one, as the window moves on', async () => {
      await take(allowance(2, 2 * SHORT));
      await under.pass(SHORT);
      await take(allowance(2, 2 * SHORT));
      expect(await allowed(allowance(2, 2 * SHORT))).toBe(false);
      await under.pass(SHORT);
      expect([await allowed(allowance(2, 2 * SHORT)), await allowed(allowance(2, 2 * SHORT))]).toEqual([true, false]);
    });

    it('enforces every allowance, and waits for the longest', async () => {
      const both = [allowance(1, SHORT), allowance(2, HOUR)];
      expect([await allowed(...both), await allowed(...both)]).toEqual([true, false]);
      await under.pass(SHORT);
      expect(await allowed(...both)).toBe(true);
      const refused = await take(...both);
      expect(!refused.allowed && refused.retryAfterSeconds).toBeGreaterThan(3_590);
      await under.pass(SHORT);
      expect(await allowed(...both)).toBe(false);
    });

    it('counts without rejecting when there is no limit', async () => {
      for (let n = 0; n < 20; n++) expect(await allowed(allowance(null))).toBe(true);
      expect(await counters.count(key, HOUR)).toBe(20);
    });

    it('enforces a limit that is lower than the current count', async () => {
      for (let n = 0; n < 5; n++) await take(allowance(null));
      expect(await allowed(allowance(2))).toBe(false);
    });

    it('releases a count once', async () => {
      const taken = await take(allowance(1));
      if (!taken.allowed) throw new Error('it is the first');
      await counters.release(key, taken.ticket);
      await counters.release(key, taken.ticket);
      await counters.release(key, 'unknown');
      expect([await allowed(allowance(1)), await allowed(allowance(1))]).toEqual([true, false]);
    });

    it('counts within the requested window', async () => {
      await take(allowance(null));
      await under.pass(SHORT);
      await take(allowance(null));
      expect([await counters.count(key, SHORT), await counters.count(key, HOUR)]).toEqual([1, 2]);
    });

    it('keeps keys apart', async () => {
      await take(allowance(1));
      expect(await counters.count(`${key}:other`, HOUR)).toBe(0);
      expect((await counters.reserve(`${key}:other`, [allowance(1)])).allowed).toBe(true);
    });

    it('allows ten of a hundred concurrent attempts [AC-01]', async () => {
      const taken = Array.from({ length: 100 }, (_, n) =>
        under.connections[n % under.connections.length]?.reserve(key, [allowance(10), allowance(50)]),
      );
      const granted = (await Promise.all(taken)).filter((outcome) => outcome?.allowed);
      expect(granted).toHaveLength(10);
      expect(new Set(granted.map((outcome) => outcome?.allowed && outcome.ticket)).size).toBe(10);
      expect(await counters.count(key, HOUR)).toBe(10);
    });
  });
}
