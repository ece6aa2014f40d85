import { type HashTicket, PasswordHasher } from '#kernel';
import { assertBcryptInput, createDummyHash, isBelowCost } from './bcrypt-format.js';
import type { HashPool } from './hash-pool.js';

/**
 * Runs bcrypt on the threads of a pool. The optional signal belongs to the request: when the client disconnects, its waiting
 * job is dropped.
 * @throws TypeError when the input is not a pre-hash
 */
export class BcryptPasswordHasher extends PasswordHasher {
  readonly #dummyHash: string;

  /** @param cost base-2 logarithm of the rounds, at least 10 in production (OWASP ASVS 11.4.2); 12 takes about 175 ms */
  constructor(
    private readonly pool: HashPool,
    private readonly cost: number,
  ) {
    super();
    this.#dummyHash = createDummyHash(cost);
  }

  assertCapacity(ticket: HashTicket): void {
    this.pool.assertCapacity(ticket);
  }

  async hash(preHash: string, ticket: HashTicket, signal?: AbortSignal): Promise<string> {
    const job = { op: 'hash', preHash: assertBcryptInput(preHash), cost: this.cost } as const;
    return String(await this.pool.run(job, ticket, signal));
  }

  async verify(preHash: string, hash: string, ticket: HashTicket, signal?: AbortSignal): Promise<boolean> {
    const job = { op: 'verify', preHash: assertBcryptInput(preHash), hash } as const;
    return (await this.pool.run(job, ticket, signal)) === true;
  }

  async verifyDummy(preHash: string, ticket: HashTicket, signal?: AbortSignal): Promise<false> {
    await this.verify(preHash, this.#dummyHash, ticket, signal);
    return false;
  }

  isOutdated(hash: string): boolean {
    return isBelowCost(hash, this.cost);
  }
}
