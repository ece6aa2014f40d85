import type { Page, PageRequest } from './page.js';

/** One audit entry. It holds only ids, keyed hashes and source prefixes, because it outlives the account it is about. */
export interface AuditEntry {
  /** `<module>.<what>.<how it ended>`, snake_case: `auth.login.refused`. At most 64 characters. */
  readonly action: string;
  /** Customer id of the actor; null when unknown. */
  readonly actor: string | null;
  /** Customer id or keyed identifier hash of the affected person. At most 64 characters. */
  readonly target: string | null;
  /** Source prefix of the request; null for internal work. */
  readonly source: string | null;
  /** Internal names that add to the action, never user input. At most 128 characters. */
  readonly detail?: string | null;
}

/** Append-only (OWASP ASVS 16.3.1). Joins the ambient transaction, so a rollback removes the entry too. */
export abstract class AuditTrail {
  abstract record(entry: AuditEntry): Promise<void>;
}

/** A stored audit entry. */
export interface RecordedEntry extends AuditEntry {
  readonly id: string;
  readonly detail: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Correlation id of the request. */
  readonly correlationId: string | null;
}

/** Selects entries. A null member matches every entry. */
export interface AuditFilter {
  readonly actor: string | null;
  readonly target: string | null;
  /** Matches the actor or the target. */
  readonly concerned: string | null;
  readonly action: string | null;
  /** Inclusive. */
  readonly from: Date | null;
  /** Exclusive. */
  readonly to: Date | null;
}

/** Reads audit entries in chronological order. */
export abstract class AuditLog {
  abstract page(filter: AuditFilter, request: PageRequest): Promise<Page<RecordedEntry>>;
  abstract count(filter: AuditFilter): Promise<number>;
}
