import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform/redis';
import { type ClaimTerms, CodeStore, type StoreClaimResult, type StoredStatus } from '../../application/ports.js';
import type { CodeAddress } from '../../facade.js';

/** Dead codes are kept this long, so that a repeated request still gets its outcome. */
const EXPIRED_RETENTION_MS = 15_000;
const RETRY_DELAY_MS = 150;

/** Stores one hash per code, in the slot of its identifier. Time comes from Redis, so replicas need no common clock. */
@Injectable()
export class RedisCodeStore extends CodeStore {
  readonly #saveScript: Script;
  readonly #startLifetimeScript: Script;
  readonly #replaceMacScript: Script;
  readonly #claimScript: Script;
  readonly #releaseScript: Script;
  readonly #statusScript: Script;

  constructor(private readonly redis: RedisConnection) {
    super();
    const script = (name: string) => redis.script(new URL(`./${name}.lua`, import.meta.url));
    this.#saveScript = script('put');
    this.#startLifetimeScript = script('restart');
    this.#replaceMacScript = script('swap');
    this.#claimScript = script('claim');
    this.#releaseScript = script('release');
    this.#statusScript = script('status');
  }

  async saveCode(address: CodeAddress, mac: string, length: number, lifeMs: number, unsentMs = lifeMs): Promise<void> {
    await this.#saveScript([keyOf(address)], [mac, lifeMs, unsentMs, EXPIRED_RETENTION_MS, length]);
  }

  async startLifetime(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean> {
    return (await this.#startLifetimeScript([keyOf(address)], [mac, lifeMs, EXPIRED_RETENTION_MS])) === 1;
  }

  async replaceMac(address: CodeAddress, mac: string, replacement: string, unsentMs: number | null): Promise<boolean> {
    return (
      (await this.#replaceMacScript([keyOf(address)], [mac, replacement, unsentMs ?? 0, EXPIRED_RETENTION_MS])) === 1
    );
  }

  async deleteCode(address: CodeAddress): Promise<void> {
    await this.redis.command((client) => client.del(keyOf(address)));
  }

  async claimCode(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<StoreClaimResult> {
    const values = [macs.join(','), requestId, terms.maxTries, terms.holdMs, terms.graceMs, EXPIRED_RETENTION_MS];
    const claim = () => this.#claimScript([keyOf(address)], values) as Promise<[StoreClaimResult['outcome'], number]>;
    // The reply may be lost after the claim was made. A retry with the same request id returns the same outcome.
    const [outcome, attemptsRemaining] = await claim().catch(() => setTimeout(RETRY_DELAY_MS).then(claim));
    return outcome === 'wrong' ? { outcome, attemptsRemaining } : { outcome };
  }

  async releaseClaim(address: CodeAddress, requestId: string): Promise<void> {
    await this.#releaseScript([keyOf(address)], [requestId]);
  }

  async getStatus(address: CodeAddress, maxTries: number): Promise<StoredStatus | null> {
    const [expiresAt, tries, length] = (await this.#statusScript([keyOf(address)], [])) as [number, number, number];
    return expiresAt === 0 ? null : { expiresAt: new Date(expiresAt), attemptsRemaining: maxTries - tries, length };
  }
}

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string =>
  `foyer:{${identifierHash}}:code:${purpose}:${subject}`;
