import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../support/test-database.js';

const BATCH_SIZE = 2_000;
const VALUES_PER_ROW = 4;

/** So many lines of the audit trail about one customer, as a past of theirs would have left them. */
export async function addAuditEntries(database: TestDatabase, customerId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH_SIZE) {
    const rows = Array.from({ length: Math.min(BATCH_SIZE, count - from) }, (_, n) => [
      randomUUID(),
      new Date(Date.now() - (count - from - n) * 10),
      customerId,
      customerId,
    ]);
    const marks = rows.map((_, n) => {
      const at = n * VALUES_PER_ROW;
      return `($${at + 1}, $${at + 2}, 'auth.test.added', $${at + 3}, $${at + 4}, '192.0.2.7')`;
    });
    const sql = `insert into audit_log (id, at, action, actor, target, source) values ${marks.join(', ')}`;
    await database.query(sql, rows.flat());
  }
}
