import { describe, expect, it } from 'vitest';
import { RecentIds } from './recent-ids.js';

describe('Seen', () => {
  it('knows what it has seen, and forgets the oldest when there are too many', () => {
    const seen = new RecentIds(2);
    for (const id of ['a', 'b', 'b', 'c']) seen.add(id);
    expect(['a', 'b', 'c', 'd'].map((id) => seen.has(id))).toEqual([false, true, true, false]);
  });
});
