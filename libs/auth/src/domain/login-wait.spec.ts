import { describe, expect, it } from 'vitest';
import { waitAfter } from './login-wait.js';

describe('the wait after wrong passwords in a row', () => {
  it('AC-01 is none up to four, then 1, 2, 4 … seconds, and never more than 15 minutes', () => {
    const seconds = [0, 1, 4, 5, 6, 7, 8, 14, 15, 16, 60, 2_000].map((wrong) => waitAfter(wrong) / 1_000);
    expect(seconds).toEqual([0, 0, 0, 1, 2, 4, 8, 512, 900, 900, 900, 900]);
  });

  it('never becomes shorter', () => {
    for (let wrong = 1; wrong < 100; wrong++) expect(waitAfter(wrong)).toBeGreaterThanOrEqual(waitAfter(wrong - 1));
  });
});
