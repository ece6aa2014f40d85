import type { Page, PageRequest } from './page.js';

/** One line of who did what to whom. Ids, keyed hashes and source prefixes only: a line outlives the person it is about. */
export interface AuditEntry {
  /** `<module>.<what>.<how it ended>`, snake_case: `auth.login.refused`. At most 64 characters. */
  readonly action: string;
  /** Customer id of who did it; null when nobody is known. */
  readonly actor: string | null;
  /** Customer id, or keyed identifier hash, of whom it was done to. At most 64 characters. */
  readonly target: string | null;
  /** Source prefix it came from; null when it came from within. */
  readonly source: string | null;
  /** What the action alone does not say: names of ours, never what somebody typed. At most 128 characters. */
  readonly detail?: string | null;
}

/** Append-only (OWASP ASVS 16.3.1). Joins the ambient transaction: what is rolled back was not done. */
export abstract class AuditTrail {
  abstract record(entry: AuditEntry): Promise<void>;
}

/** A line that was kept. */
export interface RecordedEntry extends AuditEntry {
  readonly id: string;
  readonly detail: string | null;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Of the request that did it. */
  readonly correlationId: string | null;
}

/** Which lines are wanted. What is null does not matter. */
export interface AuditFilter {
  readonly actor: string | null;
  readonly target: string | null;
  /** Did it, or was it done to. */
  readonly concerned: string | null;
  readonly action: string | null;
  /** From this moment on. */
  readonly from: Date | null;
  /** Before this moment. */
  readonly to: Date | null;
}

/** Reads what the trail has kept, in the order in which it happened. */
export abstract class AuditLog {
  abstract page(filter: AuditFilter, wanted: PageRequest): Promise<Page<RecordedEntry>>;
  abstract count(filter: AuditFilter): Promise<number>;
}
