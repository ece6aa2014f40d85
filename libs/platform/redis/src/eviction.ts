import type { Redis } from 'ioredis';

/** Whether one of these servers throws keys away when its memory is full. INFO, because hosted ones often forbid CONFIG. */
export async function mayEvict(servers: readonly Pick<Redis, 'info'>[]): Promise<boolean> {
  const told = await Promise.all(servers.map((server) => server.info('memory')));
  return told.some((text) => {
    const bounded = Number(/^maxmemory:(\d+)/m.exec(text)?.[1] ?? 0) > 0;
    return bounded && /^maxmemory_policy:(?!noeviction)/m.test(text);
  });
}
