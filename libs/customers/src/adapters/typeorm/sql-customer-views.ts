import { Injectable } from '@nestjs/common';
import { Database } from '#platform';
import { type CustomerView, CustomerViews } from '../../application/views.js';

const SELECT = `select id, email, phone, first_name, last_name, market, locale, attributes, status, verified_by,
  created_at, updated_at, version from customers`;

interface Row {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes: string | Record<string, unknown>;
  readonly status: CustomerView['status'];
  readonly verified_by: CustomerView['verifiedBy'];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

/** Rows go straight to views; no aggregate is loaded. */
@Injectable()
export class SqlCustomerViews extends CustomerViews {
  constructor(private readonly database: Database) {
    super();
  }

  async byId(id: string): Promise<CustomerView | null> {
    const [row] = await this.database.query<Row>(`${SELECT} where id = ? and deleted_at is null`, [id]);
    return row ? toView(row) : null;
  }
}

const toView = (row: Row): CustomerView => ({
  id: row.id,
  email: row.email,
  phone: row.phone,
  firstName: row.first_name,
  lastName: row.last_name,
  document: null,
  market: row.market,
  locale: row.locale,
  attributes: typeof row.attributes === 'string' ? JSON.parse(row.attributes) : row.attributes,
  status: row.status,
  verifiedBy: row.verified_by,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  version: row.version,
});
