import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Allowance, Counters, type ReservationResult } from '#kernel';
import { RedisConnection, type Script } from '#platform/redis';

@Injectable()
export class RedisCounters extends Counters {
  readonly #take: Script;
  readonly #count: Script;

  constructor(private readonly redis: RedisConnection) {
    super();
    this.#take = redis.script(new URL('./take.lua', import.meta.url));
    this.#count = redis.script(new URL('./count.lua', import.meta.url));
  }

  async reserve(key: string, allowances: readonly Allowance[]): Promise<ReservationResult> {
    const ticket = randomUUID();
    const rules = allowances.flatMap(({ max, windowMs }) => [max ?? -1, windowMs]);
    const waitMs = (await this.#take([keyOf(key)], [ticket, ...rules])) as number;
    return waitMs === 0 ? { allowed: true, ticket } : { allowed: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
  }

  async release(key: string, ticket: string): Promise<void> {
    await this.redis.command((client) => client.zrem(keyOf(key), ticket));
  }

  async count(key: string, windowMs: number): Promise<number> {
    return (await this.#count([keyOf(key)], [windowMs])) as number;
  }
}

const keyOf = (key: string): string => `foyer:${key}`;
