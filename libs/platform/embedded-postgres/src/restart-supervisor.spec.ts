import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRestartSupervisor } from './restart-supervisor.js';

describe('startRestartSupervisor', () => {
  let alive = true;
  let broken = false;
  let revivals = 0;
  const revive = async () => {
    revivals++;
    if (broken) throw new Error('disk full');
    alive = true;
  };
  const supervise = () => startRestartSupervisor(() => alive, revive);

  beforeEach(() => {
    vi.useFakeTimers();
    [alive, broken, revivals] = [true, false, 0];
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leaves a running server alone, and restarts it every time it dies', async () => {
    supervise();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(revivals).toBe(0);
    for (const times of [1, 2]) {
      alive = false;
      await vi.advanceTimersByTimeAsync(1_000);
      expect(revivals).toBe(times);
    }
  });

  it('retries at increasing intervals while restarts fail', async () => {
    supervise();
    [alive, broken] = [false, true];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(revivals).toBe(5);
    broken = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(alive).toBe(true);
  });

  it('stops when its function is called', async () => {
    supervise()();
    alive = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(revivals).toBe(0);
  });
});
