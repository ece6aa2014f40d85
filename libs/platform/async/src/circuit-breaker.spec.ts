import { describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { CircuitBreaker } from './circuit-breaker.js';

const away = () => Promise.reject(new Error('away'));
const isAway = (error: unknown) => (error as Error).message === 'away';

describe('CircuitBreaker', () => {
  it('opens for two seconds after five failures in ten, then lets one call through', async () => {
    let now = 0;
    let asked = 0;
    const breaker = new CircuitBreaker(() => now);
    const call = (work: () => Promise<string>) =>
      breaker.run(() => {
        asked++;
        return work();
      }, isAway);
    for (let n = 0; n < 5; n++) await expect(call(away)).rejects.toThrow('away');
    await expect(call(away)).rejects.toBeInstanceOf(Unavailable);
    expect(asked).toBe(5);
    now = 2_001;
    const slow = call(() => new Promise((resolve) => setTimeout(resolve, 10, 'back')));
    await expect(call(away)).rejects.toBeInstanceOf(Unavailable);
    await expect(slow).resolves.toBe('back');
    await expect(call(() => Promise.resolve('fine'))).resolves.toBe('fine');
    expect(asked).toBe(7);
  });

  it('opens again when the one call fails', async () => {
    let now = 0;
    const breaker = new CircuitBreaker(() => now);
    for (let n = 0; n < 5; n++) await breaker.run(away, isAway).catch(() => undefined);
    now = 2_500;
    await expect(breaker.run(away, isAway)).rejects.toThrow('away');
    now = 4_000;
    await expect(breaker.run(away, isAway)).rejects.toBeInstanceOf(Unavailable);
  });

  it('ignores mistakes of the caller and failures long ago', async () => {
    let now = 0;
    const breaker = new CircuitBreaker(() => now);
    for (let n = 0; n < 9; n++)
      await breaker.run(() => Promise.reject(new Error('typo')), isAway).catch(() => undefined);
    for (let n = 0; n < 9; n++) {
      now += 3_000;
      await breaker.run(away, isAway).catch(() => undefined);
    }
    expect(breaker.isOpen).toBe(false);
  });
});
