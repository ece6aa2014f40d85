import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from './with-timeout.js';

describe('within', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('gives what comes in time, result or error, and leaves no timer behind', async () => {
    expect(await withTimeout(100, Promise.resolve('result'))).toBe('result');
    await expect(withTimeout(100, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends at its time, and says so', async () => {
    const outcome = withTimeout(100, new Promise(() => undefined)).catch(String);
    await vi.advanceTimersByTimeAsync(99);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBe('Error: no answer within 100 ms');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets a failure that comes too late pass in silence', async () => {
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
