import { Injectable } from '@nestjs/common';
import { Database, limit } from '#platform';
import { type LinkView, LinkViews, MOST_SHOWN } from '../../application/views.js';

interface Row {
  readonly id: string;
  readonly issuer: string;
  readonly created_at: Date;
}

@Injectable()
export class SqlLinkViews extends LinkViews {
  constructor(private readonly database: Database) {
    super();
  }

  async ofCustomer(customerId: string): Promise<readonly LinkView[]> {
    const sql = `select id, issuer, created_at from auth_links where customer_id = ?
      order by created_at, id ${limit(this.database.dialect, MOST_SHOWN)}`;
    const rows = await this.database.query<Row>(sql, [customerId]);
    return rows.map(({ id, issuer, created_at }) => ({ id, issuer, createdAt: created_at.toISOString() }));
  }
}
