import { describe, expect, it } from 'vitest';
import { spreadOverDay } from './index.js';

const HOUR = 3_600_000;

describe('spreadOverDay', () => {
  it('allows a fifth at once, more with each hour, and all of it in a day [AC-66]', () => {
    const windows = spreadOverDay(30);
    expect(windows[0]).toEqual({ max: 6, windowMs: HOUR });
    expect(windows.at(-1)).toEqual({ max: 30, windowMs: 24 * HOUR });
    const limits = windows.map((window) => window.max ?? 0);
    expect(limits).toEqual([...limits].sort((a, b) => a - b));
  });

  it.each([1, 2, 6])('allows %i at once when a day has no more [AC-66]', (few) => {
    expect(spreadOverDay(few)).toEqual([{ max: few, windowMs: 24 * HOUR }]);
  });

  it('sets no limit when there is none [AC-66]', () => {
    expect(spreadOverDay(null)).toEqual([{ max: null, windowMs: 24 * HOUR }]);
  });

  it('allows exactly the maximum in its longest window [AC-66]', () => {
    for (let max = 1; max <= 2_000; max++)
      expect(spreadOverDay(max).at(-1), `of ${max}`).toEqual({ max, windowMs: 24 * HOUR });
  });
});
