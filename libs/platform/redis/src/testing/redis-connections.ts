import { setTimeout as sleep } from 'node:timers/promises';
import { createRecordingLog } from '#platform/observability/testing';
import { freshRedis } from '../../../../../test/support/fresh-redis.js';
import { connectRedis } from '../connect-redis.js';
import type { RedisConnection } from '../redis-connection.js';

export interface RedisConnections {
  readonly all: readonly RedisConnection[];
  /** Waits until so many milliseconds have passed on the server: its clock and a timer here differ a little. */
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

/** An empty Redis, and so many connections to it. */
export async function openRedisConnections(count: number): Promise<RedisConnections> {
  const redis = await freshRedis();
  const all = await Promise.all(
    Array.from({ length: count }, () => connectRedis([redis.url], createRecordingLog().log)),
  );
  return {
    all,
    pass: (milliseconds) => sleep(milliseconds + 5),
    drop: async () => {
      await Promise.all(all.map((connection) => connection.close()));
      await redis.drop();
    },
  };
}
