import { Injectable } from '@nestjs/common';
import { Database, limitClause, NOW_MS } from '#platform/database';
import { MAX_LISTED_ROWS, type SessionView, SessionViews } from '../../application/views.js';

interface Row {
  readonly id: string;
  readonly created_at: Date;
  readonly used_at: Date;
  readonly expires_ms: number | string;
  readonly source: string;
}

@Injectable()
export class SqlSessionViews extends SessionViews {
  constructor(private readonly database: Database) {
    super();
  }

  async listByCustomer(customerId: string): Promise<readonly Omit<SessionView, 'current'>[]> {
    const sql = `select a.id as id, a.created_at as created_at, a.used_at as used_at, a.expires_ms as expires_ms, a.source as source
      from auth_sessions a join auth_subjects s on s.customer_id = a.customer_id
      where a.customer_id = ? and a.revoked_ms = 0 and a.generation = s.generation
        and a.expires_ms > ${NOW_MS[this.database.dialect]}
      order by a.created_at desc, a.id desc ${limitClause(this.database.dialect, MAX_LISTED_ROWS)}`;
    return (await this.database.query<Row>(sql, [customerId])).map(toView);
  }
}

const toView = (row: Row): Omit<SessionView, 'current'> => ({
  id: row.id,
  createdAt: row.created_at.toISOString(),
  usedAt: row.used_at.toISOString(),
  expiresAt: new Date(Number(row.expires_ms)).toISOString(),
  source: row.source,
});
