import type { AuditEntry } from '#kernel';
import { currentContext } from '#platform/observability';

/** A row of `audit_log`. */
export const toAuditRow = ({ action, actor, target, source, detail = null }: AuditEntry, id: string, at: Date) => ({
  id,
  at,
  action,
  actor,
  target,
  source,
  detail,
  correlation_id: currentContext()?.correlationId ?? null,
});
