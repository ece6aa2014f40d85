import { describe, expect, it } from 'vitest';
import { PartitionOffsets } from './partition-offsets.js';

const trackOffsets = (...offsets: bigint[]): PartitionOffsets => {
  const progress = new PartitionOffsets();
  for (const offset of offsets) progress.track(offset);
  return progress;
};

describe('what is committed of a partition', () => {
  it('is behind what is done, and never behind what is not', () => {
    const progress = trackOffsets(3n, 4n, 7n);
    expect(progress.nextCommitOffset()).toBeUndefined();
    progress.markProcessed(4n);
    progress.markProcessed(7n);
    expect(progress.nextCommitOffset()).toBeUndefined();
    progress.markProcessed(3n);
    expect(progress.nextCommitOffset()).toBe(8n);
  });

  it('is known until its commit is confirmed, so that it is not done twice', () => {
    const progress = trackOffsets(3n, 4n);
    progress.markProcessed(3n);
    expect(progress.nextCommitOffset()).toBe(4n);
    expect(progress.isTracked(3n)).toBe(true);
    progress.forgetCommitted(4n);
    expect([progress.isTracked(3n), progress.isTracked(4n)]).toEqual([false, true]);
    expect(progress.nextCommitOffset()).toBeUndefined();
  });

  it('what was moved back further than is known begins anew', () => {
    const progress = trackOffsets(3n, 4n);
    progress.markProcessed(3n);
    progress.forgetCommitted(4n);
    expect([2n, 3n, 4n, 5n].map((offset) => progress.isRewoundTo(offset))).toEqual([true, true, false, false]);
  });
});
