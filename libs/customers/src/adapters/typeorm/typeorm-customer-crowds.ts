import { Injectable } from '@nestjs/common';
import { Database, gathered, type InsertedRow, marks } from '#platform';
import { CustomerCrowds, type Hashed } from '../../application/transfer-ports.js';
import type { Customer } from '../../domain/customer.js';
import { SealedDocuments } from '../crypto/sealed-documents.js';
import { CUSTOMER_COLUMNS, type CustomerColumns, takenBy, toCustomer, written } from './typeorm-customers.js';

@Injectable()
export class TypeOrmCustomerCrowds extends CustomerCrowds {
  constructor(
    private readonly database: Database,
    private readonly documents: SealedDocuments,
  ) {
    super();
  }

  async byIds(ids: readonly string[]): Promise<readonly Customer[]> {
    const rows = await gathered(ids, (some) => {
      const sql = `select ${CUSTOMER_COLUMNS} from customers where id in (${marks(some)})`;
      return this.database.query<CustomerColumns>(sql, some);
    });
    return rows.map((row) => toCustomer(row, this.documents.open(row.document_sealed, row.id)));
  }

  async held(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const column = `${kind}_hash`;
    const rows = await gathered(hashes, (some) => {
      const sql = `select ${column} as hash from customers where ${column} in (${marks(some)})`;
      return this.database.query<{ readonly hash: string }>(sql, some);
    });
    return new Set(rows.map(({ hash }) => hash));
  }

  async addAll(crowd: readonly Hashed[]): Promise<void> {
    const rows = crowd.map((one) => this.#rowOf(one));
    await this.database.insertRows('customers', rows).catch(takenBy);
  }

  #rowOf({ customer, hashes: { email = null, phone = null } }: Hashed): InsertedRow {
    const state = customer.snapshot();
    return {
      ...written(state),
      id: state.id,
      email_hash: email,
      phone_hash: phone,
      document_hash: null,
      document_sealed: this.documents.seal(state.document, state.id),
      verified_by: state.verifiedBy,
      attempt_id: state.attemptId,
      created_at: state.createdAt,
    };
  }
}
