import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withMinimumDuration } from './with-minimum-duration.js';

const timed = async (work: () => Promise<unknown>): Promise<[unknown, number]> => {
  const start = performance.now();
  const result = await withMinimumDuration(50, work).catch((error: Error) => error.message);
  return [result, performance.now() - start];
};

describe('withMinimumDuration [AC-26]', () => {
  it('returns an early result after the minimum', async () => {
    const [result, ms] = await timed(async () => 'done');
    expect(result).toBe('done');
    expect(ms).toBeGreaterThan(48);
  });

  it('adds nothing to longer work', async () => {
    const [result] = await timed(() => setTimeout(80, 'late'));
    expect(result).toBe('late');
  });

  it('rejects at once on a failure', async () => {
    const [result, ms] = await timed(async () => {
      throw new Error('no');
    });
    expect(result).toBe('no');
    expect(ms).toBeLessThan(40);
  });
});
