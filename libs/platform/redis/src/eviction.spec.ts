import { describe, expect, it } from 'vitest';
import { mayEvict } from './eviction.js';

const server = (maxmemory: number, policy: string) => ({
  info: async () => `# Memory\r\nused_memory:1\r\nmaxmemory:${maxmemory}\r\nmaxmemory_policy:${policy}\r\n`,
});

describe('FM-R7 mayEvict', () => {
  it.each([
    ['memory without bounds', [server(0, 'allkeys-lru')], false],
    ['bounds, and nothing is thrown away', [server(1_000, 'noeviction')], false],
    ['bounds, and anything is thrown away', [server(1_000, 'allkeys-lru')], true],
    ['bounds, and what has an end is thrown away: all of ours has', [server(1_000, 'volatile-ttl')], true],
    ['one such server among others', [server(0, 'noeviction'), server(1_000, 'allkeys-random')], true],
    ['a server that tells nothing of it', [{ info: async () => '' }], false],
  ])('given %s, then %s', async (_, servers, evicts) => {
    expect(await mayEvict(servers as never)).toBe(evicts);
  });
});
