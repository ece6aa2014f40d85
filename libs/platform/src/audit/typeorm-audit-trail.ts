import { Injectable } from '@nestjs/common';
import { type AuditEntry, AuditTrail, Clock, Ids } from '#kernel';
import { Database } from '../database/database.js';
import { currentContext } from '../telemetry/request-context.js';

const INSERT = `insert into audit_log (id, at, action, actor, target, source, correlation_id)
  values (?, ?, ?, ?, ?, ?, ?)`;

@Injectable()
export class TypeOrmAuditTrail extends AuditTrail {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    super();
  }

  async record({ action, actor, target, source }: AuditEntry): Promise<void> {
    const correlationId = currentContext()?.correlationId ?? null;
    const values = [this.ids.next(), this.clock.now(), action, actor, target, source, correlationId];
    await this.database.execute(INSERT, values);
  }
}
