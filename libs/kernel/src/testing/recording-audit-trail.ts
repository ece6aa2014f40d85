import { type AuditEntry, AuditTrail } from '../index.js';

/** Keeps recorded entries in memory. */
export class RecordingAuditTrail extends AuditTrail {
  readonly entries: AuditEntry[] = [];

  override async record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }

  get actions(): readonly string[] {
    return this.entries.map(({ action }) => action);
  }
}
