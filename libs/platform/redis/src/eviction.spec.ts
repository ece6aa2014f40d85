import { describe, expect, it } from 'vitest';
import { mayEvict } from './eviction.js';

const server = (maxmemory: number, policy: string) => ({
  info: async () => `# Memory\r\nused_memory:1\r\nmaxmemory:${maxmemory}\r\nmaxmemory_policy:${policy}\r\n`,
});

describe('mayEvict [FM-R7]', () => {
  it.each([
    ['unlimited memory', [server(0, 'allkeys-lru')], false],
    ['limited memory and no eviction', [server(1_000, 'noeviction')], false],
    ['limited memory and eviction of any key', [server(1_000, 'allkeys-lru')], true],
    ['limited memory and eviction of keys with an expiry, which all keys have', [server(1_000, 'volatile-ttl')], true],
    ['one such server among others', [server(0, 'noeviction'), server(1_000, 'allkeys-random')], true],
    ['a server that does not report it', [{ info: async () => '' }], false],
  ])('for %s returns %s', async (_, servers, evicts) => {
    expect(await mayEvict(servers as never)).toBe(evicts);
  });
});
