import type { Identifier } from '#kernel';
import type { CustomerView } from './application/views.js';
import type { NewCustomer } from './domain/customer.js';
import type { IdentifierAssignment } from './domain/identifier-assignment.js';

export type { CustomerView, IdentifierAssignment, NewCustomer };

/** What is known of an identifier, and of an id that it may get. */
export interface IdentifierAvailability {
  /** The customer the identifier belongs to now. */
  readonly holderId: string | null;
  /** Whether the id is, or ever was, a customer's; an id is never handed to another person. */
  readonly idIsUsed: boolean;
  /** The attempt that made the customer of this id. */
  readonly createdByAttemptId: string | null;
}

export interface AppointedAdministrator {
  readonly customerId: string;
  /** Good for setting a new password only; null for somebody who was a customer before and keeps his own. */
  readonly oneTimePassword: string | null;
}

/** There is no default account: somebody at the machine appoints the first administrator. */
export abstract class Administrators {
  abstract anyExist(): Promise<boolean>;
  /** @throws InvalidInput for what is no e-mail address, HashingBusy */
  abstract appointAdministrator(email: string): Promise<AppointedAdministrator>;
}

/** How far a file is. */
export interface FileProgress {
  /** Lines that were read, or written. */
  readonly lines: number;
  /** Bytes that were read, of all. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ImportOptions {
  /** NDJSON: one customer a line (see docs/operations.md). */
  readonly file: string;
  /** Where refused lines go: NDJSON, `{line, errors: [{pointer, code, detail}]}`, nothing of what they held. It is written anew. */
  readonly report: string;
  /** Says what would become of the lines, and changes nothing. */
  readonly dryRun: boolean;
  /** Ends it behind the lines that are on their way. */
  readonly signal: AbortSignal;
  readonly progress: (progress: FileProgress) => void;
}

export interface ImportSummary {
  /** Its id: `correlationid` of its events, and of its lines in the audit trail. */
  readonly run: string;
  readonly lines: number;
  readonly created: number;
  /** Were customers already, as the line says. */
  readonly there: number;
  readonly refused: number;
  /** False: it was ended before; run again, it goes on. */
  readonly complete: boolean;
}

/** Customers of another system, or of an export. The same file once more changes nothing. */
export abstract class CustomerImport {
  /** @throws Unavailable when the database stays away; what was created until then stays */
  abstract run(options: ImportOptions): Promise<ImportSummary>;
}

/** Living customers as an import takes them, in the order of creation. */
export abstract class CustomerExport {
  /**
   * @param file is written anew, for its owner alone (0600)
   * @param withPasswords their hashes, too: those of ours are good with the same `PASSWORD_PEPPER` only
   * @returns how many there were
   */
  abstract run(file: string, withPasswords: boolean, progress: (customers: number) => void): Promise<number>;
}

/** What other modules may ask of customers. */
export abstract class CustomerDirectory {
  abstract checkAvailability(identifier: Identifier, id: string | null): Promise<IdentifierAvailability>;
  /**
   * Makes the new customer a customer who may sign in, and announces it. Inside the caller's unit of work. Who is no watcher of
   * identifiers himself tells them of it first.
   * @throws IdentifierTaken when somebody else got the identifier at this instant
   */
  abstract createCustomer(newCustomer: NewCustomer): Promise<CustomerView>;
  abstract find(id: string): Promise<CustomerView | null>;
}

/**
 * Hears of identifiers that are given or taken, within the unit of work that does it and before a customer is written: who
 * locks something for an identifier here is waited for by everybody else who wants it. May be told again of the same move.
 */
export abstract class IdentifierAssignmentListener {
  abstract beforeAssignment(assignments: readonly IdentifierAssignment[]): Promise<void>;
  /**
   * The customer is erased, in the same unit of work.
   * @param identifiers that were his, and are nobody's now
   */
  abstract onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void>;
}

/** Who keeps something by identifier, and stands above customers, adds his watcher here. */
export class IdentifierAssignmentListeners {
  readonly #listeners: IdentifierAssignmentListener[] = [];

  add(listener: IdentifierAssignmentListener): void {
    this.#listeners.push(listener);
  }

  /** Every command that gives or takes an identifier says so here, first of all in its unit of work. */
  async notifyAssignments(assignments: readonly IdentifierAssignment[]): Promise<void> {
    if (assignments.length === 0) return;
    // In one order, so that two who want the same wait for one another.
    const inOrder = assignments.toSorted((a, b) => (a.identifier.key < b.identifier.key ? -1 : 1));
    for (const listener of this.#listeners) await listener.beforeAssignment(inOrder);
  }

  async notifyErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    for (const listener of this.#listeners) await listener.onCustomerErased(customerId, identifiers);
  }
}
