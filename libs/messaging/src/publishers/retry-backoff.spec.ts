import { beforeEach, describe, expect, it } from 'vitest';
import { RetryBackoff } from './retry-backoff.js';

describe('a pause', () => {
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

  it('is not there before something failed', () => {
    expect(isOn()).toBe(false);
  });

  it('lasts as long as it says, and no longer', () => {
    const length = pause.recordFailure();
    expect(isOn()).toBe(true);
    now += length - 0.5;
    expect(isOn()).toBe(true);
    now += 0.5;
    expect(isOn()).toBe(false);
  });

  it('grows with failures in a row, up to a second, and begins small again when something went well', () => {
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

  it('is begun once by those who fail together', () => {
    const first = pause.recordFailure();
    for (let n = 0; n < 100; n++) expect(pause.recordFailure()).toBe(first);
  });

  it('is as long as it is asked to be', () => {
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
