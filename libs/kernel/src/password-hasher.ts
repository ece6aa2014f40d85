import { Unavailable } from './domain-error.js';

/** Who goes first when hashing is short: nobody can order an activation without a right code. */
export type HashPriority = 'activation' | 'login' | 'rehash';

/** The hash queue holds more than two seconds of work: 503 with Retry-After (OWASP ASVS 15.2.2). */
export class HashingBusy extends Unavailable {
  override readonly code = 'service.overloaded';
}

/**
 * The expensive, slow password hash, done off the event loop behind a bounded queue. It takes the *pre-hash* of a password
 * (64 ASCII characters, see `PasswordPepper`), never the password itself.
 * @throws HashingBusy when the queue is full
 */
export abstract class PasswordHasher {
  /**
   * Before anything is done for somebody who could not be hashed for.
   * @throws HashingBusy when there is no room for this priority
   */
  abstract refuseWhenFull(priority: HashPriority): void;
  /** bcrypt at the configured cost; 60 ASCII characters in modular crypt format. */
  abstract hash(preHash: string, priority: HashPriority): Promise<string>;
  abstract verify(preHash: string, hash: string, priority: HashPriority): Promise<boolean>;
  /** Spends the same work as `verify` on nobody's hash, so that an unknown name costs what a known one does. */
  abstract verifyNobody(preHash: string, priority: HashPriority): Promise<false>;
  /** True when the hash was made with a lower cost than today's setting. */
  abstract isOutdated(hash: string): boolean;
}
