import { describe, expect, it } from 'vitest';
import { BoundedTtlCache } from './bounded-ttl-cache.js';

describe('BoundedTtlCache', () => {
  it('returns a value until it expires', () => {
    const remembered = new BoundedTtlCache<string>(2);
    remembered.set('a', 'A', 100);
    expect([remembered.get('a', 99), remembered.get('a', 100), remembered.get('b', 0)]).toEqual([
      'A',
      undefined,
      undefined,
    ]);
  });

  it('evicts the oldest value first, and treats a renewed value as new', () => {
    const remembered = new BoundedTtlCache<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) remembered.set(key, key, 1);
    expect(['a', 'b', 'c'].map((key) => remembered.get(key, 0))).toEqual(['a', undefined, 'c']);
  });
});
