import { describe, expect, it } from 'vitest';
import {
  ATTACK_FROM_TOTAL,
  backoffForTotal,
  decayedAtAfterWrongTry,
  ELEVATED_FROM_TOTAL,
  MAX_COUNTED_TOTAL,
  remainingTotalAt,
  TOTAL_DECAY_INTERVAL_MS,
  waitMsAfter,
} from './login-backoff.js';

const NOW = Date.UTC(2026, 2, 1);
const seconds = (wrong: readonly number[], total?: number): number[] =>
  wrong.map((each) => waitMsAfter(each, total) / 1_000);

describe('the wait after wrong passwords in a row', () => {
  it('is zero for four tries, then doubles from 1 second to at most 15 minutes [AC-01]', () => {
    const expected = [0, 0, 0, 1, 2, 4, 8, 512, 900, 900, 900, 900];
    expect(seconds([0, 1, 4, 5, 6, 7, 8, 14, 15, 16, 60, 2_000])).toEqual(expected);
  });

  it('grows from one minute to four hours for an elevated total [AC-66]', () => {
    expect(seconds([0, 1, 2, 3, 9, 10, 60], ELEVATED_FROM_TOTAL)).toEqual([0, 0, 60, 120, 7_680, 14_400, 14_400]);
  });

  it('grows from 15 minutes to a day under attack [AC-66]', () => {
    expect(seconds([0, 1, 2, 3, 8, 9, 2_000], ATTACK_FROM_TOTAL)).toEqual([0, 0, 900, 1_800, 57_600, 86_400, 86_400]);
  });

  it('never decreases with more wrong passwords of the source or in total', () => {
    const shorter: string[] = [];
    for (let wrong = 1; wrong < 100; wrong++)
      for (let total = 1; total <= MAX_COUNTED_TOTAL; total++) {
        const before = Math.max(waitMsAfter(wrong - 1, total), waitMsAfter(wrong, total - 1));
        if (waitMsAfter(wrong, total) < before) shorter.push(`${wrong} of ${total}`);
      }
    expect(shorter).toEqual([]);
  });

  it('leaves a new source at least two tries [AC-66]', () => {
    for (let total = 0; total <= MAX_COUNTED_TOTAL; total++) {
      expect(backoffForTotal(total).freeTries).toBeGreaterThanOrEqual(2);
      expect(waitMsAfter(1, total)).toBe(0);
    }
  });
});

describe('the total of a name', () => {
  const forgottenOnce = (count: number): number => {
    let forgottenAt = 0;
    for (let n = 0; n < count; n++) forgottenAt = decayedAtAfterWrongTry(NOW, forgottenAt);
    return forgottenAt;
  };

  it('counts every wrong password and decays by one in 15 minutes', () => {
    expect([0, 1, 30].map((count) => remainingTotalAt(NOW, forgottenOnce(count)))).toEqual([0, 1, 30]);
    expect(remainingTotalAt(NOW + 10 * TOTAL_DECAY_INTERVAL_MS, forgottenOnce(30))).toBe(20);
    expect(remainingTotalAt(NOW + 30 * TOTAL_DECAY_INTERVAL_MS, forgottenOnce(30))).toBe(0);
  });

  it('stops at its maximum, so that it decays within days', () => {
    expect(remainingTotalAt(NOW, forgottenOnce(MAX_COUNTED_TOTAL + 100))).toBe(MAX_COUNTED_TOTAL);
    expect(MAX_COUNTED_TOTAL * TOTAL_DECAY_INTERVAL_MS).toBeLessThan(5 * 24 * 3_600_000);
  });
});
