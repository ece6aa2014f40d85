import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '#platform/observability';
import { connectRedis, type RedisConnection } from '#platform/redis';
import { type LocalServer, startRedis } from '../../../../../test/support/local-servers.js';
import { RedisRevocationHints } from './redis-revocation-hints.js';

const WITHIN = { timeout: 5_000, interval: 20 };

describe('RedisRevocationHints', () => {
  let server: LocalServer;
  const connections: RedisConnection[] = [];
  const ends: RedisRevocationHints[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const hints of ends) hints.onApplicationShutdown();
    for (const { client } of connections) client.disconnect();
    await server.stop();
  });

  async function replica() {
    const connection = await connectRedis([server.url], createLog({ logLevel: 'silent' } as never));
    const hints = new RedisRevocationHints(connection);
    connections.push(connection);
    ends.push(hints);
    const heard = { hints, count: 0 };
    hints.onHint(() => heard.count++);
    return heard;
  }
  const hears = async (from: Awaited<ReturnType<typeof replica>>, to: Awaited<ReturnType<typeof replica>>) => {
    const before = to.count;
    const given = async () => {
      from.hints.publishHint();
      await sleep(20);
      return to.count > before;
    };
    await expect.poll(given, WITHIN).toBe(true);
  };

  it('given a hint, then every replica hears it', async () => {
    const [one, other] = [await replica(), await replica()];
    await hears(one, other);
    await hears(other, one);
  });

  it('given one, then it is heard once', async () => {
    const [one, other] = [await replica(), await replica()];
    await hears(one, other);
    await sleep(50);
    const before = other.count;
    one.hints.publishHint();
    await sleep(200);
    expect(other.count).toBe(before + 1);
  });

  it('FM-R1 given that Redis is away, then to give one fails nobody, and when it is back they are heard again', async () => {
    const [one, other] = [await replica(), await replica()];
    await hears(one, other);
    await server.stop();
    for (let n = 0; n < 10; n++) one.hints.publishHint();
    await sleep(200);
    server = await startRedis({ port: server.port });
    await hears(one, other);
    const before = other.count;
    one.hints.publishHint();
    await sleep(200);
    expect(other.count).toBe(before + 1);
  });
});
