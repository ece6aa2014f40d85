import { Injectable } from '@nestjs/common';
import { Cpf } from '#kernel';
import { Database } from '#platform/database';
import { type CustomerView, CustomerViews } from '../../application/views.js';
import { DocumentSealer } from '../crypto/document-sealer.js';

export const VIEW_COLUMNS = [
  ...['id', 'email', 'phone', 'first_name', 'last_name', 'document_sealed', 'market', 'locale', 'attributes'],
  ...['status', 'verified_by', 'created_at', 'updated_at', 'version'],
] as const;

const SELECT = `select ${VIEW_COLUMNS.join(', ')} from customers`;

export interface ViewRow {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly document_sealed: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes: string | Record<string, unknown>;
  readonly status: CustomerView['status'];
  readonly verified_by: CustomerView['verifiedBy'];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

/** Maps rows directly to views without loading the aggregate. */
@Injectable()
export class SqlCustomerViews extends CustomerViews {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentSealer,
  ) {
    super();
  }

  async findById(id: string): Promise<CustomerView | null> {
    const [row] = await this.database.query<ViewRow>(`${SELECT} where id = ? and deleted_at is null`, [id]);
    return row ? rowToCustomerView(row, this.documents) : null;
  }
}

export function rowToCustomerView(row: ViewRow, documents: DocumentSealer): CustomerView {
  const document = documents.open(row.document_sealed, row.id);
  return {
    id: row.id,
    email: row.email,
    phone: row.phone,
    firstName: row.first_name,
    lastName: row.last_name,
    document: document && Cpf.parse(document).formatted,
    market: row.market,
    locale: row.locale,
    attributes: typeof row.attributes === 'string' ? JSON.parse(row.attributes) : row.attributes,
    status: row.status,
    verifiedBy: row.verified_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    version: row.version,
  };
}
