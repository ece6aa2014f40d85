import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditTrail, Clock, Ids } from '#kernel';
import { Database } from '#platform/database';
import { toAuditRow } from './audit-row.js';

const INSERT = `insert into audit_log (id, at, action, actor, target, source, detail, correlation_id)
  values (?, ?, ?, ?, ?, ?, ?, ?)`;

@Injectable()
export class TypeOrmAuditTrail extends AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  async record(entry: AuditEntry): Promise<void> {
    await this.database.execute(INSERT, Object.values(toAuditRow(entry, this.ids.next(), this.clock.now())));
  }
}
