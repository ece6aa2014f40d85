import { type AuditEntry, AuditTrail } from '../index.js';

/** Keeps what was recorded. */
export class RecordingAuditTrail extends AuditTrail {
  readonly entries: AuditEntry[] = [];

  override async record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }

  get actions(): readonly string[] {
    return this.entries.map(({ action }) => action);
  }
}
