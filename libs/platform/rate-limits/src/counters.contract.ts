import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Allowance, Counters } from '#kernel';

/** One store, seen over several connections. */
export interface CountersUnderTest {
  readonly connections: readonly [Counters, ...Counters[]];
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SHORT = 200;
const HOUR = 3_600_000;
const most = (count: number | null, windowMs = HOUR): Allowance => ({ max: count, windowMs });

/** What every `Counters` must do. */
export function countersContract(name: string, open: () => Promise<CountersUnderTest>): void {
  describe(`${name} is a Counters`, () => {
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

    it('allows so many, and says for how long there is no more', async () => {
      expect([await allowed(most(2)), await allowed(most(2))]).toEqual([true, true]);
      const refused = await take(most(2));
      expect(refused).toEqual({ allowed: false, retryAfterSeconds: expect.any(Number) });
      expect(!refused.allowed && refused.retryAfterSeconds).toBeGreaterThan(3_590);
      expect(!refused.allowed && refused.retryAfterSeconds).toBeLessThanOrEqual(3_600);
    });

    it('does not count what it refuses', async () => {
      for (let n = 0; n < 5; n++) await take(most(2, SHORT));
      expect(await counters.count(key, HOUR)).toBe(2);
    });

    it('allows again when the window has moved on, one by one', async () => {
      await take(most(2, 2 * SHORT));
      await under.pass(SHORT);
      await take(most(2, 2 * SHORT));
      expect(await allowed(most(2, 2 * SHORT))).toBe(false);
      await under.pass(SHORT);
      expect([await allowed(most(2, 2 * SHORT)), await allowed(most(2, 2 * SHORT))]).toEqual([true, false]);
    });

    it('holds to every allowance, and waits for the longest', async () => {
      const both = [most(1, SHORT), most(2, HOUR)];
      expect([await allowed(...both), await allowed(...both)]).toEqual([true, false]);
      await under.pass(SHORT);
      expect(await allowed(...both)).toBe(true);
      const refused = await take(...both);
      expect(!refused.allowed && refused.retryAfterSeconds).toBeGreaterThan(3_590);
      await under.pass(SHORT);
      expect(await allowed(...both)).toBe(false);
    });

    it('refuses nobody without a limit, and counts all the same', async () => {
      for (let n = 0; n < 20; n++) expect(await allowed(most(null))).toBe(true);
      expect(await counters.count(key, HOUR)).toBe(20);
    });

    it('takes a limit that is lower than what was counted', async () => {
      for (let n = 0; n < 5; n++) await take(most(null));
      expect(await allowed(most(2))).toBe(false);
    });

    it('takes back what is given back, once', async () => {
      const taken = await take(most(1));
      if (!taken.allowed) throw new Error('it is the first');
      await counters.release(key, taken.ticket);
      await counters.release(key, taken.ticket);
      await counters.release(key, 'unknown');
      expect([await allowed(most(1)), await allowed(most(1))]).toEqual([true, false]);
    });

    it('counts within the window that is asked for', async () => {
      await take(most(null));
      await under.pass(SHORT);
      await take(most(null));
      expect([await counters.count(key, SHORT), await counters.count(key, HOUR)]).toEqual([1, 2]);
    });

    it('keeps keys apart', async () => {
      await take(most(1));
      expect(await counters.count(`${key}:other`, HOUR)).toBe(0);
      expect((await counters.reserve(`${key}:other`, [most(1)])).allowed).toBe(true);
    });

    it('AC-01 allows ten of a hundred at once', async () => {
      const taken = Array.from({ length: 100 }, (_, n) =>
        under.connections[n % under.connections.length]?.reserve(key, [most(10), most(50)]),
      );
      const granted = (await Promise.all(taken)).filter((outcome) => outcome?.allowed);
      expect(granted).toHaveLength(10);
      expect(new Set(granted.map((outcome) => outcome?.allowed && outcome.ticket)).size).toBe(10);
      expect(await counters.count(key, HOUR)).toBe(10);
    });
  });
}
