import { expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.js';

it('limits concurrent work in order of arrival, also after a failure [AC-68]', async () => {
  const turns = new ConcurrencyLimit(2);
  const begun: number[] = [];
  let now = 0;
  let maxConcurrent = 0;
  const work = (n: number) =>
    turns.run(async () => {
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
