export { AccessDenialRecorder } from './access-denial-recorder.js';
export { AuditController } from './audit.controller.js';
export { AuditRetentionTask } from './audit-retention-task.js';
export { toAuditRow } from './audit-row.js';
export { AUDIT_LOG_TABLE, auditTables } from './tables.js';
export { TypeOrmAuditLog } from './typeorm-audit-log.js';
export { TypeOrmAuditTrail } from './typeorm-audit-trail.js';
