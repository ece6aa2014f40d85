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

  it('given chores, then each is done, and what was swept is told', async () => {
    chore('full', () => 7);
    chore('empty', () => 0);
    await harness.runTasks();
    expect(done).toEqual(['full', 'empty']);
    expect(written.lines).toMatchObject([{ chore: 'full', swept: 7, msg: 'swept' }]);
  });

  it('given one that fails, then the others are done all the same', async () => {
    chore('broken', () => Promise.reject(new Error('away')));
    chore('fine', () => 1);
    await harness.runTasks();
    expect(done).toEqual(['broken', 'fine']);
    expect(written.lines).toMatchObject([{ chore: 'broken', msg: 'a chore was not done' }, { chore: 'fine' }]);
  });

  it('given a start, then it sweeps about once an hour, and not at once', async () => {
    chore('c', () => 0);
    harness.start();
    await vi.advanceTimersByTimeAsync(HOUR / 2 - 1);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(10 * HOUR);
    expect(done.length).toBeGreaterThanOrEqual(10);
    expect(done.length).toBeLessThanOrEqual(21);
  });

  it('given a stop, then it waits for what is being swept, and sweeps no more', async () => {
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
