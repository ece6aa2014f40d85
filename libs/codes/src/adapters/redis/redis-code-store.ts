import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { RedisConnection, type Script } from '#platform';
import { type ClaimTerms, CodeStore, type Comparison, type StoredStatus } from '../../application/ports.js';
import type { CodeAddress } from '../../facade.js';

/** Dead codes are kept a little, so that the repeat of a request still finds its outcome. */
const GRAVE_MS = 15_000;
const ASK_AGAIN_MS = 150;

/** One hash per code, in the slot of its identifier. Time is Redis' own, so replicas need no common clock. */
@Injectable()
export class RedisCodeStore extends CodeStore {
  readonly #put: Script;
  readonly #restart: Script;
  readonly #swap: Script;
  readonly #claim: Script;
  readonly #release: Script;
  readonly #status: Script;

  constructor(private readonly redis: RedisConnection) {
    super();
    const script = (name: string) => redis.script(new URL(`./${name}.lua`, import.meta.url));
    this.#put = script('put');
    this.#restart = script('restart');
    this.#swap = script('swap');
    this.#claim = script('claim');
    this.#release = script('release');
    this.#status = script('status');
  }

  async put(address: CodeAddress, mac: string, length: number, lifeMs: number, unsentMs = lifeMs): Promise<void> {
    await this.#put([keyOf(address)], [mac, lifeMs, unsentMs, GRAVE_MS, length]);
  }

  async restart(address: CodeAddress, mac: string, lifeMs: number): Promise<boolean> {
    return (await this.#restart([keyOf(address)], [mac, lifeMs, GRAVE_MS])) === 1;
  }

  async swap(address: CodeAddress, mac: string, by: string, unsentMs: number | null): Promise<boolean> {
    return (await this.#swap([keyOf(address)], [mac, by, unsentMs ?? 0, GRAVE_MS])) === 1;
  }

  async remove(address: CodeAddress): Promise<void> {
    await this.redis.command((client) => client.del(keyOf(address)));
  }

  async claim(
    address: CodeAddress,
    macs: readonly string[],
    requestId: string,
    terms: ClaimTerms,
  ): Promise<Comparison> {
    const values = [macs.join(','), requestId, terms.maxTries, terms.holdMs, terms.graceMs, GRAVE_MS];
    const ask = () => this.#claim([keyOf(address)], values) as Promise<[Comparison['outcome'], number]>;
    // A reply may be lost after the claim was made. Asked again with the same request id, it gives the same outcome.
    const [outcome, attemptsRemaining] = await ask().catch(() => setTimeout(ASK_AGAIN_MS).then(ask));
    return outcome === 'wrong' ? { outcome, attemptsRemaining } : { outcome };
  }

  async release(address: CodeAddress, requestId: string): Promise<void> {
    await this.#release([keyOf(address)], [requestId]);
  }

  async status(address: CodeAddress, maxTries: number): Promise<StoredStatus | null> {
    const [expiresAt, tries, length] = (await this.#status([keyOf(address)], [])) as [number, number, number];
    return expiresAt === 0 ? null : { expiresAt: new Date(expiresAt), attemptsRemaining: maxTries - tries, length };
  }
}

const keyOf = ({ identifierHash, purpose, subject }: CodeAddress): string =>
  `foyer:{${identifierHash}}:code:${purpose}:${subject}`;
