import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform/redis';
import { type IdempotencyState, IdempotencyStore } from './idempotency-store.js';

@Injectable()
export class RedisIdempotencyStore extends IdempotencyStore {
  readonly #begin: Script;

  constructor(private readonly redis: RedisConnection) {
    super();
    this.#begin = redis.script(new URL('./begin.lua', import.meta.url));
  }

  async begin(key: string, fingerprint: string, holdMs: number): Promise<IdempotencyState> {
    const [state, answer] = (await this.#begin([keyOf(key)], [fingerprint, holdMs])) as [
      IdempotencyState['state'],
      string,
    ];
    return state === 'done' ? { state, answer } : { state };
  }

  async finish(key: string, fingerprint: string, answer: string, lifeMs: number): Promise<void> {
    await this.redis.command((client) =>
      client.multi().hset(keyOf(key), { fingerprint, answer }).pexpire(keyOf(key), lifeMs).exec(),
    );
  }

  async forget(key: string): Promise<void> {
    await this.redis.command((client) => client.del(keyOf(key)));
  }
}

const keyOf = (key: string): string => `foyer:${key}`;
