import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform/redis';
import { RegistrationLimits } from '../../application/limits.js';
import { AttemptStore, type CodeRequest, type Placement, RegistrationSettings } from '../../application/ports.js';
import { PLACED_LIFE_MS, UNSENT_CODE_LIFE_MS } from '../../domain/limits.js';
import type { AttemptDraft, AttemptKey, AttemptState } from '../../domain/registration-attempt.js';

/** All attempts by expiry, used only for counting. */
const LIVE = 'foyer:{live}:attempts';
const DAY_MS = 24 * 3600 * 1000;
type Changed = readonly [waitMs: number, reference: string] | null;

/** Stores one hash per identifier, in its own cluster slot. Time comes from Redis, so replicas need no common clock. */
@Injectable()
export class RedisAttemptStore extends AttemptStore {
  readonly #place: Script;
  readonly #find: Script;
  readonly #named: Script;
  readonly #change: Script;
  readonly #live: Script;
  readonly #removeOthers: Script;

  constructor(
    private readonly redis: RedisConnection,
    private readonly settings: RegistrationSettings,
    private readonly limits: RegistrationLimits,
  ) {
    super();
    this.#place = redis.script(new URL('./place.lua', import.meta.url));
    this.#find = redis.script(new URL('./find.lua', import.meta.url));
    this.#named = redis.script(new URL('./named.lua', import.meta.url));
    this.#change = redis.script(new URL('./change.lua', import.meta.url));
    this.#live = redis.script(new URL('./live.lua', import.meta.url));
    this.#removeOthers = redis.script(new URL('./remove-others.lua', import.meta.url));
  }

  async now(): Promise<Date> {
    const [seconds = 0, microseconds = 0] = await this.redis.command((client) => client.time());
    return new Date(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000));
  }

  async placeAttempt(draft: AttemptDraft, trusted: boolean): Promise<Placement> {
    const { attemptsPerSource, attemptsPerIdentifier } = this.limits;
    const perIdentifier = attemptsPerIdentifier ?? Number.MAX_SAFE_INTEGER;
    const perSource = trusted ? perIdentifier : (attemptsPerSource ?? perIdentifier);
    const values = [
      draft.tag,
      JSON.stringify(draft),
      this.settings.attemptTtlSeconds * 1000,
      perSource,
      perIdentifier,
      PLACED_LIFE_MS,
    ];
    const found = (await this.#place([attemptsOf(draft)], values)) as string | null;
    if (found === null) return { placed: false };
    const attempt = JSON.parse(found) as AttemptState;
    await this.redis.command((client) =>
      client.zadd(LIVE, attempt.expiresAt, `${attempt.identifierHash}.${attempt.tag}`),
    );
    return { placed: true, attempt };
  }

  async find(identifierHash: string, tags: readonly string[]): Promise<AttemptState | null> {
    const found = (await this.#find([attemptsOf({ identifierHash })], tags)) as string | null;
    return found === null ? null : (JSON.parse(found) as AttemptState);
  }

  async findById(identifierHash: string, attemptId: string): Promise<AttemptState | null> {
    const found = (await this.#named([attemptsOf({ identifierHash })], [attemptId])) as string | null;
    return found === null ? null : (JSON.parse(found) as AttemptState);
  }

  async markStarted(key: AttemptKey, attemptId: string, customerId: string): Promise<void> {
    await this.#set(key, attemptId, 'begin', customerId);
  }

  async requestCode(key: AttemptKey, attemptId: string, reference: string, pauseMs: number): Promise<CodeRequest> {
    const changed = await this.#set(key, attemptId, 'ask', reference, pauseMs, UNSENT_CODE_LIFE_MS);
    const [waitMs, currentReference] = changed ?? [pauseMs, reference];
    return waitMs === 0
      ? { granted: true }
      : { granted: false, retryAfterSeconds: Math.ceil(waitMs / 1000), reference: currentReference };
  }

  async cancelCodeRequest(key: AttemptKey, attemptId: string, reference: string): Promise<void> {
    await this.#set(key, attemptId, 'take back', reference);
  }

  async recordCodeSent(key: AttemptKey, attemptId: string, lifeMs: number): Promise<void> {
    await this.#set(key, attemptId, 'sent', lifeMs);
  }

  async convertToReceipt(key: AttemptKey, attemptId: string): Promise<void> {
    await this.#set(key, attemptId, 'finish');
  }

  async remove(key: AttemptKey): Promise<void> {
    await this.redis.command(async (client) => {
      await client.hdel(attemptsOf(key), key.tag);
      await client.zrem(LIVE, `${key.identifierHash}.${key.tag}`);
    });
  }

  async removeOthers(identifierHash: string, customerId: string | null): Promise<void> {
    await this.#removeOthers([attemptsOf({ identifierHash })], [customerId ?? '']);
  }

  async countLive(): Promise<number> {
    return (await this.#live([LIVE], [])) as number;
  }

  async reserveOwnerNotice(identifierHash: string): Promise<boolean> {
    const key = `foyer:{${identifierHash}}:notified`;
    return (await this.redis.command((client) => client.set(key, '1', 'PX', DAY_MS, 'NX'))) === 'OK';
  }

  async releaseOwnerNotice(identifierHash: string): Promise<void> {
    await this.redis.command((client) => client.del(`foyer:{${identifierHash}}:notified`));
  }

  async #set(key: AttemptKey, attemptId: string, operation: string, ...values: (string | number)[]): Promise<Changed> {
    return (await this.#change([attemptsOf(key)], [key.tag, attemptId, operation, ...values])) as Changed;
  }
}

const attemptsOf = ({ identifierHash }: Pick<AttemptKey, 'identifierHash'>): string =>
  `foyer:{${identifierHash}}:attempts`;
