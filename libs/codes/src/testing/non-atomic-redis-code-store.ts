import type { RedisConnection } from '#platform/redis';
import { type ClaimTerms, CodeStore, type StoreClaimResult, type StoredStatus } from '../application/ports.js';
import type { CodeAddress } from '../facade.js';

const keyOf = ({ identifierHash, subject }: CodeAddress): string => `naive:{${identifierHash}}:${subject}`;

/** M21: a deliberately wrong store that reads, compares and writes in separate steps. The race tests of the contract must fail for it. */
export class NonAtomicRedisCodeStore extends CodeStore {
  constructor(private readonly redis: RedisConnection) {
    super();
  }

  async saveCode(address: CodeAddress, mac: string): Promise<void> {
    await this.redis.command((client) => client.hset(keyOf(address), { mac, tries: 0 }));
  }

  async claimCode(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<StoreClaimResult> {
    const key = keyOf(address);
    const { mac, tries, heldBy } = await this.redis.command((client) => client.hgetall(key));
    if (mac === undefined || Number(tries) >= terms.maxTries) return { outcome: 'expired' };
    if (heldBy !== undefined) return { outcome: 'busy' };
    if (macs.includes(mac)) {
      await this.redis.command((client) => client.hset(key, { heldBy: requestId }));
      return { outcome: 'granted' };
    }
    const counted = await this.redis.command((client) => client.hincrby(key, 'tries', 1));
    return { outcome: 'wrong', attemptsRemaining: terms.maxTries - counted };
  }

  async startLifetime(): Promise<boolean> {
    return false;
  }

  async replaceMac(): Promise<boolean> {
    return false;
  }

  async deleteCode(): Promise<void> {}

  async releaseClaim(): Promise<void> {}

  async getStatus(): Promise<StoredStatus | null> {
    return null;
  }
}
