import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from './with-timeout.js';

describe('withTimeout', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('returns a result or an error that comes in time, and leaves no timer behind', async () => {
    expect(await withTimeout(100, Promise.resolve('result'))).toBe('result');
    await expect(withTimeout(100, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects at the timeout', async () => {
    const outcome = withTimeout(100, new Promise(() => undefined)).catch(String);
    await vi.advanceTimersByTimeAsync(99);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe('Error: no answer within 100 ms');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ignores a failure that comes too late', async () => {
    let fail: (error: Error) => void = () => undefined;
    const late = new Promise((_, reject) => {
      fail = reject;
    });
    const outcome = withTimeout(10, late).catch(String);
    await vi.advanceTimersByTimeAsync(10);
    fail(new Error('too late'));
    expect(await outcome).toMatch(/no answer/);
  });
});
