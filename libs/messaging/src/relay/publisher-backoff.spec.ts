import { describe, expect, it } from 'vitest';
import { PublisherBackoff, retryDelayMs } from './publisher-backoff.js';

const many = (nextDelay: () => number) => Array.from({ length: 200 }, nextDelay);
const between = (delays: readonly number[], minMs: number, maxMs: number) =>
  delays.every((delay) => delay >= minMs && delay <= maxMs) && new Set(delays.map(Math.round)).size > 20;

describe('PublisherBackoff', () => {
  const afterFailures = (count: number) =>
    many(() => {
      const backoff = new PublisherBackoff();
      for (let n = 0; n < count; n++) backoff.recordUnavailable();
      return backoff.remainingMs;
    });

  it.each([
    [1, 0, 250],
    [2, 0, 500],
    [3, 990, 4_000],
    [50, 990, 4_000],
  ])('waits a random time after consecutive failure %i: %i to %i ms', (failures, minMs, maxMs) => {
    expect(between(afterFailures(failures), minMs, maxMs)).toBe(true);
  });

  it('backs off when a second aggregate fails, until a success', () => {
    const backoff = new PublisherBackoff();
    for (let n = 0; n < 9; n++) backoff.recordFailure('a');
    expect([backoff.isBackingOff, backoff.remainingMs]).toEqual([false, 0]);
    backoff.recordFailure('b');
    expect([backoff.isBackingOff, backoff.remainingMs > 0]).toEqual([true, true]);
    backoff.recordSuccess();
    expect([backoff.isBackingOff, backoff.remainingMs]).toEqual([false, 0]);
  });
});

describe('retryDelayMs', () => {
  it.each([
    [1, 1, 500],
    [2, 1, 1_000],
    [3, 1_000, 2_000],
    [40, 1_000, 5_000],
  ])('returns a random delay after attempt %i: %i to %i ms', (attempts, minMs, maxMs) => {
    expect(
      between(
        many(() => retryDelayMs(attempts)),
        minMs,
        maxMs,
      ),
    ).toBe(true);
  });
});
