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
    const received = { hints, count: 0 };
    hints.onHint(() => received.count++);
    return received;
  }
  const expectDelivery = async (from: Awaited<ReturnType<typeof replica>>, to: Awaited<ReturnType<typeof replica>>) => {
    const before = to.count;
    const delivered = async () => {
      from.hints.publishHint();
      await sleep(20);
      return to.count > before;
    };
    await expect.poll(delivered, WITHIN).toBe(true);
  };

  it('delivers a hint to every replica', async () => {
    const [one, other] = [await replica(), await replica()];
    await expectDelivery(one, other);
    await expectDelivery(other, one);
  });

  it('delivers a hint once', async () => {
    const [one, other] = [await replica(), await replica()];
    await expectDelivery(one, other);
    await sleep(50);
    const before = other.count;
    one.hints.publishHint();
    await sleep(200);
    expect(other.count).toBe(before + 1);
  });

  it('ignores publish failures while Redis is down, and delivers again after a reconnect [FM-R1]', async () => {
    const [one, other] = [await replica(), await replica()];
    await expectDelivery(one, other);
    await server.stop();
    for (let n = 0; n < 10; n++) one.hints.publishHint();
    await sleep(200);
    server = await startRedis({ port: server.port });
    await expectDelivery(one, other);
    const before = other.count;
    one.hints.publishHint();
    await sleep(200);
    expect(other.count).toBe(before + 1);
  });
});
