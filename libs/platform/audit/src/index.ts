export { AccessRefusals } from './access-refusals.js';
export { AuditController } from './audit.controller.js';
export { AuditPurge } from './audit-purge.js';
export { auditRow } from './audit-row.js';
export { SqlAuditLog } from './sql-audit-log.js';
export { AUDIT, auditTables } from './tables.js';
export { TypeOrmAuditTrail } from './typeorm-audit-trail.js';
