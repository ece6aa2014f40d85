import { Injectable } from '@nestjs/common';
import { Database, limitClause } from '#platform/database';
import { type LinkedIdentityView, LinkedIdentityViews, MAX_LISTED_ROWS } from '../../application/views.js';

interface Row {
  readonly id: string;
  readonly issuer: string;
  readonly created_at: Date;
}

@Injectable()
export class SqlLinkedIdentityViews extends LinkedIdentityViews {
  constructor(private readonly database: Database) {
    super();
  }

  async listByCustomer(customerId: string): Promise<readonly LinkedIdentityView[]> {
    const sql = `select id, issuer, created_at from auth_links where customer_id = ?
      order by created_at, id ${limitClause(this.database.dialect, MAX_LISTED_ROWS)}`;
    const rows = await this.database.query<Row>(sql, [customerId]);
    return rows.map(({ id, issuer, created_at }) => ({ id, issuer, createdAt: created_at.toISOString() }));
  }
}
