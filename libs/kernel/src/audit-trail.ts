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
}

/** Append-only (OWASP ASVS 16.3.1). Joins the ambient transaction: what is rolled back was not done. */
export abstract class AuditTrail {
  abstract record(entry: AuditEntry): Promise<void>;
}
