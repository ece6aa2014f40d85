import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { Unavailable } from '#kernel';
import { CircuitBreaker } from '#platform/async';

/** A Lua script, called with its keys and arguments. Atomic; all keys of a call share one cluster slot. */
export type Script = (keys: readonly string[], values: readonly (string | number)[]) => Promise<unknown>;

const isUnavailable = (error: unknown): boolean => error instanceof Unavailable;

/** A Redis server or cluster. A command is sent once: a lost reply is an error, never a silent retry. */
export class RedisConnection {
  readonly #breaker = new CircuitBreaker();

  constructor(readonly client: Redis | Cluster) {}

  command<T>(work: (client: Redis | Cluster) => Promise<T>): Promise<T> {
    return this.#breaker.run(async () => {
      try {
        return await work(this.client);
      } catch (error) {
        throw new Unavailable('The code store is away. Please try again.', 2, { cause: error });
      }
    }, isUnavailable);
  }

  script(file: URL): Script {
    const text = readFileSync(file, 'utf8');
    const digest = createHash('sha1').update(text).digest('hex');
    return (keys, values) =>
      this.command(async (client) => {
        try {
          return await client.evalsha(digest, keys.length, ...keys, ...values);
        } catch (error) {
          if (!String(error).includes('NOSCRIPT')) throw error;
          return client.eval(text, keys.length, ...keys, ...values);
        }
      });
  }

  async close(): Promise<void> {
    await this.client.quit().catch(() => this.client.disconnect());
  }
}
