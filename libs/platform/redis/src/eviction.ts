import type { Redis } from 'ioredis';

/** Whether one of these servers evicts keys when its memory is full. Uses INFO, because hosted servers often forbid CONFIG. */
export async function mayEvict(servers: readonly Pick<Redis, 'info'>[]): Promise<boolean> {
  const infos = await Promise.all(servers.map((server) => server.info('memory')));
  return infos.some((text) => {
    const bounded = Number(/^maxmemory:(\d+)/m.exec(text)?.[1] ?? 0) > 0;
    return bounded && /^maxmemory_policy:(?!noeviction)/m.test(text);
  });
}
