import { Unavailable } from './domain-error.js';

/** Who goes first when hashing is short: nobody can order an activation without a right code. */
export type HashPriority = 'activation' | 'login' | 'rehash';

/** For whom a hash is computed. When hashing is short, it is shared out fairly among owners. */
export interface HashOwner {
  /** Prefix of the address that asks; null for work of the program itself. */
  readonly source: string | null;
  /** Who asks, where that is proven. Never whom somebody only claims to be: that would let others use up the share. */
  readonly customerId: string | null;
}

export interface HashTicket extends HashOwner {
  readonly priority: HashPriority;
}

/**
 * Of the program itself: events that were received, commands. It waits until it is its turn and is not refused, so whoever asks
 * for it must bound how much there is at once. All of it together has the turns of one owner.
 */
export const BACKGROUND_HASH: HashTicket = { priority: 'login', source: null, customerId: null };

/** The hash queue holds more than two seconds of work, or the share of this owner is used up: 503 with Retry-After (OWASP ASVS 15.2.2). */
export class HashingBusy extends Unavailable {
  override readonly code = 'service.overloaded';
}

/**
 * The expensive, slow password hash, done off the event loop behind a bounded queue. It takes the *pre-hash* of a password
 * (64 ASCII characters, see `PasswordPepper`), never the password itself.
 * @throws HashingBusy when there is no room for this ticket, or when another one took its place
 */
export abstract class PasswordHasher {
  /**
   * Before anything is done for somebody who could not be hashed for.
   * @throws HashingBusy when there is no room for this ticket
   */
  abstract assertCapacity(ticket: HashTicket): void;
  /** bcrypt at the configured cost; 60 ASCII characters in modular crypt format. */
  abstract hash(preHash: string, ticket: HashTicket): Promise<string>;
  abstract verify(preHash: string, hash: string, ticket: HashTicket): Promise<boolean>;
  /** Spends the same work as `verify` on nobody's hash, so that an unknown name costs what a known one does. */
  abstract verifyDummy(preHash: string, ticket: HashTicket): Promise<false>;
  /** True when the hash was made with a lower cost than today's setting. */
  abstract isOutdated(hash: string): boolean;
}
