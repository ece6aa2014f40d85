import { EntitySchema } from 'typeorm';
import { columnTypesFor, type Dialect, type Tables } from '#platform/database';
import { CreateAudit1763600000005 } from './migrations/1763600000005-create-audit.js';
import { ReadAudit1763600000031 } from './migrations/1763600000031-read-audit.js';
import { DetailAudit1763600000066 } from './migrations/1763600000066-detail-audit.js';
import { AppendOnlyAudit1763600000067 } from './migrations/1763600000067-append-only-audit.js';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly actor: string | null;
  readonly target: string | null;
  readonly source: string | null;
  readonly correlationId: string | null;
  readonly detail: string | null;
}

export const AUDIT_LOG_TABLE = 'audit_log';

const TIME_ORDER = ['at', 'id'] as const;

function schemas(dialect: Dialect): readonly EntitySchema[] {
  const type = columnTypesFor(dialect);
  return [
    new EntitySchema<AuditRow>({
      name: AUDIT_LOG_TABLE,
      columns: {
        id: { ...type.id, primary: true },
        at: type.instant,
        action: { type: 'varchar', length: 64 },
        actor: { type: 'varchar', length: 64, nullable: true },
        target: { type: 'varchar', length: 64, nullable: true },
        source: { type: 'varchar', length: 64, nullable: true },
        correlationId: { type: 'varchar', length: 64, nullable: true },
        detail: { type: 'varchar', length: 128, nullable: true },
      },
      indices: [
        { name: 'ix_audit_log_at', columns: [...TIME_ORDER] },
        { name: 'ix_audit_log_action', columns: ['action', ...TIME_ORDER] },
        { name: 'ix_audit_log_actor', columns: ['actor', ...TIME_ORDER] },
        { name: 'ix_audit_log_target_at', columns: ['target', ...TIME_ORDER] },
      ],
    }),
  ];
}

export const auditTables: Tables = {
  schemas,
  migrations: [
    CreateAudit1763600000005,
    ReadAudit1763600000031,
    DetailAudit1763600000066,
    AppendOnlyAudit1763600000067,
  ],
};
