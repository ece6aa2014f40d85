import { describe, expect, it } from 'vitest';
import { PublisherBackoff, retryDelayMs } from './publisher-backoff.js';

const many = (wait: () => number) => Array.from({ length: 200 }, wait);
const between = (waits: readonly number[], least: number, most: number) =>
  waits.every((wait) => wait >= least && wait <= most) && new Set(waits.map(Math.round)).size > 20;

describe('Patience', () => {
  const afterFailures = (count: number) =>
    many(() => {
      const patience = new PublisherBackoff();
      for (let n = 0; n < count; n++) patience.recordUnavailable();
      return patience.remainingMs;
    });

  it.each([
    [1, 0, 250],
    [2, 0, 500],
    [3, 990, 4_000],
    [50, 990, 4_000],
  ])('given the failure no. %i in a row, then a random pause of %i to %i ms', (failures, least, most) => {
    expect(between(afterFailures(failures), least, most)).toBe(true);
  });

  it('given one aggregate that fails, however often, then no trouble; given a second one, then trouble until one goes through', () => {
    const patience = new PublisherBackoff();
    for (let n = 0; n < 9; n++) patience.recordFailure('a');
    expect([patience.isBackingOff, patience.remainingMs]).toEqual([false, 0]);
    patience.recordFailure('b');
    expect([patience.isBackingOff, patience.remainingMs > 0]).toEqual([true, true]);
    patience.recordSuccess();
    expect([patience.isBackingOff, patience.remainingMs]).toEqual([false, 0]);
  });
});

describe('retryAfter', () => {
  it.each([
    [1, 1, 500],
    [2, 1, 1_000],
    [3, 1_000, 2_000],
    [40, 1_000, 5_000],
  ])('given try no. %i, then a random wait of %i to %i ms', (attempts, least, most) => {
    expect(
      between(
        many(() => retryDelayMs(attempts)),
        least,
        most,
      ),
    ).toBe(true);
  });
});
