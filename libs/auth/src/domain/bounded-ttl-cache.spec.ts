import { describe, expect, it } from 'vitest';
import { BoundedTtlCache } from './bounded-ttl-cache.js';

describe('what is remembered', () => {
  it('is there until its time, and not at it', () => {
    const remembered = new BoundedTtlCache<string>(2);
    remembered.set('a', 'A', 100);
    expect([remembered.get('a', 99), remembered.get('a', 100), remembered.get('b', 0)]).toEqual([
      'A',
      undefined,
      undefined,
    ]);
  });

  it('gives way, the oldest first; what is renewed is young', () => {
    const remembered = new BoundedTtlCache<string>(2);
    for (const key of ['a', 'b', 'a', 'c']) remembered.set(key, key, 1);
    expect(['a', 'b', 'c'].map((key) => remembered.get(key, 0))).toEqual(['a', undefined, 'c']);
  });
});
