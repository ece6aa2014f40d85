import { expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.js';

it('limits concurrent work in order of arrival, also after a failure [AC-68]', async () => {
  const limit = new ConcurrencyLimit(2);
  const begun: number[] = [];
  let now = 0;
  let maxConcurrent = 0;
  const work = (n: number) =>
    limit.run(async () => {
      begun.push(n);
      maxConcurrent = Math.max(maxConcurrent, ++now);
      await new Promise(setImmediate);
      now--;
      if (n === 1) throw new Error('failed');
      return n;
    });
  const all = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
  expect([begun, maxConcurrent]).toEqual([[0, 1, 2, 3, 4], 2]);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', ...Array(3).fill('fulfilled')]);
  expect(await work(5)).toBe(5);
});

it('limits concurrent tasks, keeps their order and continues after a failure [AC-69]', async () => {
  const limit = new ConcurrencyLimit(2);
  const started: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const all = [0, 1, 2, 3].map((n) =>
    limit.run(
      () =>
        new Promise<number>((resolve, reject) => {
          started.push(n);
          ends[n] = (error) => (error ? reject(error) : resolve(n));
        }),
    ),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  ends[1]?.(new Error('broken'));
  await expect(all[1]).rejects.toThrow('broken');
  expect(started).toEqual([0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await Promise.all([all[0], all[2]]);
  ends[3]?.();
  expect([await all[3], started]).toEqual([3, [0, 1, 2, 3]]);
});
