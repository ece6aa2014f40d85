import { beforeEach, describe, expect, it } from 'vitest';
import { RetryBackoff } from './retry-backoff.js';

describe('RetryBackoff', () => {
  let now: number;
  let pause: RetryBackoff;
  beforeEach(() => {
    now = 1_000;
    pause = new RetryBackoff(() => now);
  });

  const isOn = () => {
    try {
      pause.throwIfActive();
      return false;
    } catch {
      return true;
    }
  };

  it('does not block before a failure', () => {
    expect(isOn()).toBe(false);
  });

  it('blocks for the returned delay', () => {
    const length = pause.recordFailure();
    expect(isOn()).toBe(true);
    now += length - 0.5;
    expect(isOn()).toBe(true);
    now += 0.5;
    expect(isOn()).toBe(false);
  });

  it('grows with consecutive failures up to one second and starts small again after a success', () => {
    const lengths = (count: number) =>
      Array.from({ length: count }, () => {
        const length = pause.recordFailure();
        now += length;
        return length;
      });
    for (const length of lengths(300)) expect(length).toBeLessThan(1_000);
    expect(Math.max(...lengths(100))).toBeGreaterThan(500);
    for (let n = 0; n < 100; n++) {
      pause.reset();
      expect(pause.recordFailure()).toBeLessThan(250);
    }
  });

  it('starts one delay for concurrent failures', () => {
    const first = pause.recordFailure();
    for (let n = 0; n < 100; n++) expect(pause.recordFailure()).toBe(first);
  });

  it('lasts at least the requested time', () => {
    expect(pause.recordFailure(30_000)).toBe(30_000);
    now += 29_999;
    expect(isOn()).toBe(true);
    pause.recordFailure(60_000);
    now += 59_999;
    expect(isOn()).toBe(true);
    now += 1;
    expect(isOn()).toBe(false);
  });
});
