import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { createRecordingLog } from '#platform/observability/testing';
import { type FreshRedis, freshRedis } from '../../../../test/support/fresh-redis.js';
import { startRedis } from '../../../../test/support/local-servers.js';
import { connectRedis } from './connect-redis.js';
import type { RedisConnection } from './redis-connection.js';

const COUNT = new URL('../../rate-limits/src/count.lua', import.meta.url);

let redis: FreshRedis;
let connections: [RedisConnection, RedisConnection, RedisConnection, RedisConnection];
const connect = () => connectRedis([redis.url], createRecordingLog().log);

beforeAll(async () => {
  redis = await freshRedis();
  connections = await Promise.all([connect(), connect(), connect(), connect()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await redis.drop();
});

describe('RedisConnection', () => {
  it('runs a script that the server no longer has cached [FM-R8]', async () => {
    const [connection] = connections;
    const count = connection.script(COUNT);
    expect(await count(['k'], [1_000])).toBe(0);
    await connection.client.script('FLUSH');
    expect(await count(['k'], [1_000])).toBe(0);
  });

  it('distinguishes a script error from an unavailable server, and exposes neither', async () => {
    const [connection] = connections;
    await connection.client.set('text', 'x');
    const refused = await connection
      .script(COUNT)(['text'], [1])
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Unavailable);
    expect(String(refused)).not.toMatch(/WRONGTYPE|script/i);
  });

  it('throws Unavailable in time, reconnects, and never sends a command twice [FM-R1]', async () => {
    const own = await freshRedis();
    const { log } = createRecordingLog();
    const connection = await connectRedis([own.url], log);
    expect(await connection.command((client) => client.incr('n'))).toBe(1);
    await own.drop();
    const start = performance.now();
    await expect(connection.command((client) => client.incr('n'))).rejects.toBeInstanceOf(Unavailable);
    expect(performance.now() - start).toBeLessThan(700);
    await connection.close();
  });
});

it('starts without Redis and logs a warning [FM-R1]', async () => {
  const { log, lines } = createRecordingLog();
  const start = performance.now();
  const connection = await connectRedis(['redis://:hunter2@127.0.0.1:1'], log);
  expect(performance.now() - start).toBeLessThan(2_500);
  await expect(connection.command((client) => client.ping())).rejects.toBeInstanceOf(Unavailable);
  expect(lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  connection.client.disconnect();
});

it('rejects a Redis that may evict at startup, and logs an error when it connects later [FM-R7]', async () => {
  const server = await startRedis({ settings: { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' } });
  await expect(connectRedis([server.url], createRecordingLog().log)).rejects.toThrow(/REDIS_URL.*noeviction/s);
  await server.stop();

  const { log, lines } = createRecordingLog();
  const early = await connectRedis([server.url], log);
  const late = await startRedis({
    port: server.port,
    settings: { maxmemory: '50mb', 'maxmemory-policy': 'allkeys-lru' },
  });
  await expect.poll(() => JSON.stringify(lines), { timeout: 5_000 }).toContain('noeviction');
  early.client.disconnect();
  await late.stop();
});
