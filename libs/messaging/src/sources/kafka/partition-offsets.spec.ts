import { describe, expect, it } from 'vitest';
import { PartitionOffsets } from './partition-offsets.js';

const trackOffsets = (...offsets: bigint[]): PartitionOffsets => {
  const progress = new PartitionOffsets();
  for (const offset of offsets) progress.track(offset);
  return progress;
};

describe('PartitionOffsets', () => {
  it('commits after processed records and never after an unprocessed one', () => {
    const progress = trackOffsets(3n, 4n, 7n);
    expect(progress.nextCommitOffset()).toBeUndefined();
    progress.markProcessed(4n);
    progress.markProcessed(7n);
    expect(progress.nextCommitOffset()).toBeUndefined();
    progress.markProcessed(3n);
    expect(progress.nextCommitOffset()).toBe(8n);
  });

  it('tracks a record until its commit is confirmed, so that it is not processed twice', () => {
    const progress = trackOffsets(3n, 4n);
    progress.markProcessed(3n);
    expect(progress.nextCommitOffset()).toBe(4n);
    expect(progress.isTracked(3n)).toBe(true);
    progress.forgetCommitted(4n);
    expect([progress.isTracked(3n), progress.isTracked(4n)]).toEqual([false, true]);
    expect(progress.nextCommitOffset()).toBeUndefined();
  });

  it('detects a reset to before the tracked offsets', () => {
    const progress = trackOffsets(3n, 4n);
    progress.markProcessed(3n);
    progress.forgetCommitted(4n);
    expect([2n, 3n, 4n, 5n].map((offset) => progress.isRewoundTo(offset))).toEqual([true, true, false, false]);
  });
});
