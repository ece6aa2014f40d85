import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withMinimumDuration } from './with-minimum-duration.js';

const timed = async (work: () => Promise<unknown>): Promise<[unknown, number]> => {
  const start = performance.now();
  const result = await withMinimumDuration(50, work).catch((error: Error) => error.message);
  return [result, performance.now() - start];
};

describe('AC-26 evenly', () => {
  it('given work that is done early, then its result when the time is over', async () => {
    const [result, ms] = await timed(async () => 'done');
    expect(result).toBe('done');
    expect(ms).toBeGreaterThan(48);
  });

  it('given work that takes longer, then nothing is added', async () => {
    const [result] = await timed(() => setTimeout(80, 'late'));
    expect(result).toBe('late');
  });

  it('given a failure, then it is told at once', async () => {
    const [result, ms] = await timed(async () => {
      throw new Error('no');
    });
    expect(result).toBe('no');
    expect(ms).toBeLessThan(40);
  });
});
