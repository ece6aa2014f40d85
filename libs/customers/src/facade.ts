import type { Identifier } from '#kernel';
import type { CustomerView } from './application/views.js';
import type { NewCustomer } from './domain/customer.js';
import type { IdentifierAssignment } from './domain/identifier-assignment.js';

export type { CustomerView, IdentifierAssignment, NewCustomer };

/** The availability of an identifier and of a customer id. */
export interface IdentifierAvailability {
  /** The customer who holds the identifier now. */
  readonly holderId: string | null;
  /** Whether a customer has or had this id. Ids are never reused. */
  readonly idIsUsed: boolean;
  /** The attempt that created the customer with this id. */
  readonly createdByAttemptId: string | null;
}

export interface AppointedAdministrator {
  readonly customerId: string;
  /** Can only be used to set a new password. Null for an existing customer, who keeps the current password. */
  readonly oneTimePassword: string | null;
}

/** There is no default account: an operator with access to the host appoints the first administrator. */
export abstract class Administrators {
  abstract anyExist(): Promise<boolean>;
  /** @throws InvalidInput for an invalid e-mail address, HashingBusy */
  abstract appointAdministrator(email: string): Promise<AppointedAdministrator>;
}

/** The progress of an import. */
export interface FileProgress {
  /** Lines that were processed. */
  readonly lines: number;
  /** Bytes that were processed, out of `totalBytes`. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ImportOptions {
  /** NDJSON: one customer a line (see docs/operations.md). */
  readonly file: string;
  /** The report of rejected lines: NDJSON, `{line, errors: [{pointer, code, detail}]}`, without their contents. Overwritten. */
  readonly report: string;
  /** Returns the outcome of every line without writing. */
  readonly dryRun: boolean;
  /** Stops the import after the current batches. */
  readonly signal: AbortSignal;
  readonly progress: (progress: FileProgress) => void;
}

export interface ImportSummary {
  /** The id of the import: `correlationid` of its events and audit entries. */
  readonly run: string;
  readonly lines: number;
  readonly created: number;
  /** Lines that equal an existing customer. */
  readonly there: number;
  readonly refused: number;
  /** False when the import was stopped early. Running it again resumes it. */
  readonly complete: boolean;
}

/** Imports customers of another system or of an export. Importing the same file again changes nothing. */
export abstract class CustomerImport {
  /** @throws Unavailable when the database remains unavailable; customers created so far remain */
  abstract run(options: ImportOptions): Promise<ImportSummary>;
}

/** Exports customers that are not deleted, in import format and in the order of creation. */
export abstract class CustomerExport {
  /**
   * @param file is overwritten and readable by its owner only (0600)
   * @param withPasswords includes password hashes; hashes of this service require the same `PASSWORD_PEPPER`
   * @returns the number of customers
   */
  abstract run(file: string, withPasswords: boolean, progress: (customers: number) => void): Promise<number>;
}

/** The customer operations for other modules. */
export abstract class CustomerDirectory {
  abstract checkAvailability(identifier: Identifier, id: string | null): Promise<IdentifierAvailability>;
  /**
   * Creates a customer who can sign in, and emits `customer.created.v1`. Runs inside the caller's unit of work. A caller that
   * is not an identifier assignment listener must notify the listeners first.
   * @throws IdentifierTaken when a concurrent request took the identifier
   */
  abstract createCustomer(newCustomer: NewCustomer): Promise<CustomerView>;
  abstract find(id: string): Promise<CustomerView | null>;
}

/**
 * Runs in the unit of work that assigns or releases identifiers, before the customer is written. A lock that a listener takes
 * for an identifier serialises concurrent requests for it. The same assignment may be delivered more than once.
 */
export abstract class IdentifierAssignmentListener {
  abstract beforeAssignment(assignments: readonly IdentifierAssignment[]): Promise<void>;
  /**
   * Runs in the unit of work that erases the customer.
   * @param identifiers the identifiers that the erasure releases
   */
  abstract onCustomerErased(customerId: string, identifiers: readonly Identifier[]): Promise<void>;
}

/** Registry for modules that store data by identifier and depend on this module. */
export class IdentifierAssignmentListeners {
  readonly #listeners: IdentifierAssignmentListener[] = [];

  add(listener: IdentifierAssignmentListener): void {
    this.#listeners.push(listener);
  }

  /** Call this first in every unit of work that assigns or releases an identifier. */
  async notifyAssignments(assignments: readonly IdentifierAssignment[]): Promise<void> {
    if (assignments.length === 0) return;
    // A fixed lock order prevents deadlocks between concurrent requests.
    const inOrder = assignments.toSorted((a, b) => (a.identifier.key < b.identifier.key ? -1 : 1));
    for (const listener of this.#listeners) await listener.beforeAssignment(inOrder);
  }

  async notifyErased(customerId: string, identifiers: readonly Identifier[]): Promise<void> {
    for (const listener of this.#listeners) await listener.onCustomerErased(customerId, identifiers);
  }
}
