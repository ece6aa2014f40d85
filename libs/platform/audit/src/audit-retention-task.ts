import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Settings } from '#platform/config';
import { Database } from '#platform/database';
import { type HousekeepingTask, purgeRows } from '#platform/jobs';

const DAY_MS = 24 * 3_600_000;

/** Deletes audit log entries older than `AUDIT_DAYS`. Nothing else deletes entries. */
@Injectable()
export class AuditRetentionTask implements HousekeepingTask {
  readonly name = 'audit trail';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  async run(): Promise<number> {
    const { auditDays } = this.settings;
    if (auditDays === null) return 0;
    const before = new Date(this.clock.now().getTime() - auditDays * DAY_MS);
    return purgeRows(this.database, 'audit_log', 'id', 'at < ?', [before]);
  }
}
