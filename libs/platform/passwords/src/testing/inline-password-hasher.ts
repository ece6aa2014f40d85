import bcrypt from 'bcrypt';
import { type HashTicket, PasswordHasher } from '#kernel';
import { assertBcryptInput, createDummyHash, isBelowCost } from '../bcrypt-format.js';

/** Real bcrypt hashes without threads or a queue, at the lowest cost (1 ms), for unit tests. */
export class InlinePasswordHasher extends PasswordHasher {
  /** @param cost at least 4; a higher one makes hashes of a lower one outdated */
  constructor(private readonly cost = 4) {
    super();
  }

  assertCapacity(): void {}

  async hash(preHash: string, _ticket: HashTicket): Promise<string> {
    return bcrypt.hash(assertBcryptInput(preHash), this.cost);
  }

  async verify(preHash: string, hash: string, _ticket: HashTicket): Promise<boolean> {
    return bcrypt.compare(assertBcryptInput(preHash), hash);
  }

  async verifyDummy(preHash: string, ticket: HashTicket): Promise<false> {
    await this.verify(preHash, createDummyHash(this.cost), ticket);
    return false;
  }

  isOutdated(hash: string): boolean {
    return isBelowCost(hash, this.cost);
  }
}
