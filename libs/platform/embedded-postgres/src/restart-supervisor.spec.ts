import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRestartSupervisor } from './restart-supervisor.js';

describe('keeping a server running', () => {
  let alive = true;
  let broken = false;
  let revivals = 0;
  const revive = async () => {
    revivals++;
    if (broken) throw new Error('disk full');
    alive = true;
  };
  const watch = () => startRestartSupervisor(() => alive, revive);

  beforeEach(() => {
    vi.useFakeTimers();
    [alive, broken, revivals] = [true, false, 0];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leaves a running one alone, and revives a dead one every time it dies', async () => {
    watch();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(revivals).toBe(0);
    for (const times of [1, 2]) {
      alive = false;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(revivals).toBe(times);
    }
  });

  it('tries more and more slowly while it fails', async () => {
    watch();
    [alive, broken] = [false, true];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(revivals).toBe(5);
    broken = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(alive).toBe(true);
  });

  it('ends when told to', async () => {
    watch()();
    alive = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(revivals).toBe(0);
  });
});
