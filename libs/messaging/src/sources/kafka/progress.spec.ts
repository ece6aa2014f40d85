import { describe, expect, it } from 'vitest';
import { Progress } from './progress.js';

const taken = (...offsets: bigint[]): Progress => {
  const progress = new Progress();
  for (const offset of offsets) progress.take(offset);
  return progress;
};

describe('what is committed of a partition', () => {
  it('is behind what is done, and never behind what is not', () => {
    const progress = taken(3n, 4n, 7n);
    expect(progress.due()).toBeUndefined();
    progress.finish(4n);
    progress.finish(7n);
    expect(progress.due()).toBeUndefined();
    progress.finish(3n);
    expect(progress.due()).toBe(8n);
  });

  it('is known until its commit is confirmed, so that it is not done twice', () => {
    const progress = taken(3n, 4n);
    progress.finish(3n);
    expect(progress.due()).toBe(4n);
    expect(progress.knows(3n)).toBe(true);
    progress.committed(4n);
    expect([progress.knows(3n), progress.knows(4n)]).toEqual([false, true]);
    expect(progress.due()).toBeUndefined();
  });

  it('what was moved back further than is known begins anew', () => {
    const progress = taken(3n, 4n);
    progress.finish(3n);
    progress.committed(4n);
    expect([2n, 3n, 4n, 5n].map((offset) => progress.isBehind(offset))).toEqual([true, true, false, false]);
  });
});
