import { Unavailable } from './domain-error.js';

/** Priority when hashing capacity is short. Only a correct code leads to an activation. */
export type HashPriority = 'activation' | 'login' | 'rehash';

/** The owner of a hash computation. Scarce capacity is shared fairly among owners. */
export interface HashOwner {
  /** Prefix of the requesting address; null for background work. */
  readonly source: string | null;
  /** The authenticated customer. Never an unproven claim: others could use up the customer's share with it. */
  readonly customerId: string | null;
}

export interface HashTicket extends HashOwner {
  readonly priority: HashPriority;
}

/**
 * The ticket of background work: received events, commands. It waits for capacity and is not rejected, so the caller must
 * limit its concurrency. All background work together counts as one owner.
 */
export const BACKGROUND_HASH: HashTicket = { priority: 'login', source: null, customerId: null };

/** The hash queue holds more than two seconds of work, or the share of this owner is used up: 503 with Retry-After (OWASP ASVS 15.2.2). */
export class HashingBusy extends Unavailable {
  override readonly code = 'service.overloaded';
}

/**
 * The expensive, slow password hash, computed off the event loop behind a bounded queue. It takes the *pre-hash* of a password
 * (64 ASCII characters, see `PasswordPepper`), never the password itself.
 * @throws HashingBusy when there is no capacity for this ticket, or when a ticket of higher priority replaced it
 */
export abstract class PasswordHasher {
  /**
   * Call this before other work whose hash could then not be computed.
   * @throws HashingBusy when there is no capacity for this ticket
   */
  abstract assertCapacity(ticket: HashTicket): void;
  /** bcrypt at the configured cost; 60 ASCII characters in modular crypt format. */
  abstract hash(preHash: string, ticket: HashTicket): Promise<string>;
  abstract verify(preHash: string, hash: string, ticket: HashTicket): Promise<boolean>;
  /** Does the same work as `verify` on a dummy hash, so that an unknown name costs as much as a known one. */
  abstract verifyDummy(preHash: string, ticket: HashTicket): Promise<false>;
  /** True when the hash has a lower cost than the current setting. */
  abstract isOutdated(hash: string): boolean;
}
