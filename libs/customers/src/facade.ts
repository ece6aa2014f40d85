import type { Identifier } from '#kernel';
import type { CustomerView } from './application/views.js';
import type { Newcomer } from './domain/customer.js';
import type { IdentifierMove } from './domain/identifier-move.js';

export type { CustomerView, IdentifierMove, Newcomer };

/** What is known of an identifier, and of an id that it may get. */
export interface Standing {
  /** The customer the identifier belongs to now. */
  readonly holderId: string | null;
  /** Whether the id is, or ever was, a customer's; an id is never handed to another person. */
  readonly idIsUsed: boolean;
  /** The attempt that made the customer of this id. */
  readonly admittedBy: string | null;
}

export interface Appointed {
  readonly customerId: string;
  /** Good for setting a new password only; null for somebody who was a customer before and keeps his own. */
  readonly oneTimePassword: string | null;
}

/** There is no default account: somebody at the machine appoints the first administrator. */
export abstract class Administrators {
  abstract exist(): Promise<boolean>;
  /** @throws InvalidInput for what is no e-mail address, HashingBusy */
  abstract appoint(email: string): Promise<Appointed>;
}

/** What other modules may ask of customers. */
export abstract class CustomerDirectory {
  abstract standing(identifier: Identifier, id: string | null): Promise<Standing>;
  /**
   * Makes the newcomer a customer who may sign in, and announces it. Inside the caller's unit of work. Who is no watcher of
   * identifiers himself tells them of it first.
   * @throws IdentifierTaken when somebody else got the identifier at this instant
   */
  abstract admit(newcomer: Newcomer): Promise<CustomerView>;
  abstract find(id: string): Promise<CustomerView | null>;
}

/**
 * Hears of identifiers that are given or taken, within the unit of work that does it and before a customer is written: who
 * locks something for an identifier here is waited for by everybody else who wants it. May be told again of the same move.
 */
export abstract class IdentifierWatcher {
  abstract moving(moves: readonly IdentifierMove[]): Promise<void>;
  /**
   * The customer is erased, in the same unit of work.
   * @param identifiers that were his, and are nobody's now
   */
  abstract forgetting(customerId: string, identifiers: readonly Identifier[]): Promise<void>;
}

/** Who keeps something by identifier, and stands above customers, adds his watcher here. */
export class IdentifierWatchers {
  readonly #watchers: IdentifierWatcher[] = [];

  add(watcher: IdentifierWatcher): void {
    this.#watchers.push(watcher);
  }

  /** Every command that gives or takes an identifier says so here, first of all in its unit of work. */
  async tell(moves: readonly IdentifierMove[]): Promise<void> {
    if (moves.length === 0) return;
    // In one order, so that two who want the same wait for one another.
    const inOrder = moves.toSorted((a, b) => (a.identifier.key < b.identifier.key ? -1 : 1));
    for (const watcher of this.#watchers) await watcher.moving(inOrder);
  }

  async tellErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    for (const watcher of this.#watchers) await watcher.forgetting(customerId, identifiers);
  }
}
