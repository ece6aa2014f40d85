import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { Housekeeping } from './housekeeping.js';

const HOUR = 3_600_000;

describe('Housekeeping', () => {
  let written: ReturnType<typeof createRecordingLog>;
  let harness: Housekeeping;
  let done: string[];

  const chore = (name: string, swept: () => number | Promise<number>) =>
    harness.registerTask({
      name,
      async run() {
        done.push(name);
        return swept();
      },
    });

  beforeEach(() => {
    vi.useFakeTimers();
    [written, done] = [createRecordingLog(), []];
    harness = new Housekeeping(written.log);
  });
  afterEach(async () => {
    await harness.onApplicationShutdown();
    vi.useRealTimers();
  });

  it('runs every chore and logs the number of removed items', async () => {
    chore('full', () => 7);
    chore('empty', () => 0);
    await harness.runTasks();
    expect(done).toEqual(['full', 'empty']);
    expect(written.lines).toMatchObject([{ chore: 'full', swept: 7, msg: 'swept' }]);
  });

  it('runs the other chores when one fails', async () => {
    chore('broken', () => Promise.reject(new Error('away')));
    chore('fine', () => 1);
    await harness.runTasks();
    expect(done).toEqual(['broken', 'fine']);
    expect(written.lines).toMatchObject([{ chore: 'broken', msg: 'a housekeeping chore failed' }, { chore: 'fine' }]);
  });

  it('runs about once an hour, and not at startup', async () => {
    chore('c', () => 0);
    harness.start();
    await vi.advanceTimersByTimeAsync(HOUR / 2 - 1);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(10 * HOUR);
    expect(done.length).toBeGreaterThanOrEqual(10);
    expect(done.length).toBeLessThanOrEqual(21);
  });

  it('waits for the running chore at a stop, and starts no other', async () => {
    let finish: (swept: number) => void = () => undefined;
    chore('slow', () => new Promise((resolve) => (finish = resolve)));
    harness.start();
    await vi.advanceTimersByTimeAsync(HOUR);
    let stopped = false;
    const stop = harness.onApplicationShutdown().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect([done, stopped]).toEqual([['slow'], false]);
    finish(1);
    await stop;
    await vi.advanceTimersByTimeAsync(10 * HOUR);
    expect(done).toEqual(['slow']);
  });
});
