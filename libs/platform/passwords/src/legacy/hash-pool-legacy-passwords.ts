import { type HashTicket, InvalidInput, LegacyPasswords } from '#kernel';
import type { HashPool } from '../hash-pool.js';
import { type LegacyHashFault, parseLegacyHash } from './legacy-hash.js';

const FAULT_DETAILS: Readonly<Record<LegacyHashFault, string>> = {
  unknown: 'must be a hash of bcrypt, argon2, scrypt or PBKDF2 in a form that is known here',
  too_costly: 'must not cost more to compare with than is allowed here',
};

/** Compares on the threads of the hash pool: one limit for all hashing. */
export class HashPoolLegacyPasswords extends LegacyPasswords {
  constructor(private readonly pool: HashPool) {
    super();
  }

  accept(hash: string, pointer: string): void {
    const read = parseLegacyHash(hash);
    if ('fault' in read) throw InvalidInput.at(pointer, `password_hash.${read.fault}`, FAULT_DETAILS[read.fault]);
  }

  async verify(password: string, hash: string, ticket: HashTicket): Promise<boolean> {
    return (await this.pool.run({ op: 'verify_foreign', password, hash }, ticket)) === true;
  }
}
