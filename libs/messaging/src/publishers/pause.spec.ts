import { beforeEach, describe, expect, it } from 'vitest';
import { Pause } from './pause.js';

describe('a pause', () => {
  let now: number;
  let pause: Pause;
  beforeEach(() => {
    now = 1_000;
    pause = new Pause(() => now);
  });

  const isOn = () => {
    try {
      pause.refuse();
      return false;
    } catch {
      return true;
    }
  };

  it('is not there before something failed', () => {
    expect(isOn()).toBe(false);
  });

  it('lasts as long as it says, and no longer', () => {
    const length = pause.begin();
    expect(isOn()).toBe(true);
    now += length - 0.5;
    expect(isOn()).toBe(true);
    now += 0.5;
    expect(isOn()).toBe(false);
  });

  it('grows with failures in a row, up to a second, and begins small again when something went well', () => {
    const lengths = (count: number) =>
      Array.from({ length: count }, () => {
        const length = pause.begin();
        now += length;
        return length;
      });
    for (const length of lengths(300)) expect(length).toBeLessThan(1_000);
    expect(Math.max(...lengths(100))).toBeGreaterThan(500);
    for (let n = 0; n < 100; n++) {
      pause.end();
      expect(pause.begin()).toBeLessThan(250);
    }
  });

  it('is begun once by those who fail together', () => {
    const first = pause.begin();
    for (let n = 0; n < 100; n++) expect(pause.begin()).toBe(first);
  });

  it('is as long as it is asked to be', () => {
    expect(pause.begin(30_000)).toBe(30_000);
    now += 29_999;
    expect(isOn()).toBe(true);
    pause.begin(60_000);
    now += 59_999;
    expect(isOn()).toBe(true);
    now += 1;
    expect(isOn()).toBe(false);
  });
});
