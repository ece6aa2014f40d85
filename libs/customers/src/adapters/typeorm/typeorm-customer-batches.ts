import { Injectable } from '@nestjs/common';
import { Database, type InsertedRow, placeholderList, queryInChunks } from '#platform/database';
import { CustomerBatches, type HashedCustomer } from '../../application/transfer-ports.js';
import type { Customer } from '../../domain/customer.js';
import { DocumentSealer } from '../crypto/document-sealer.js';
import {
  CUSTOMER_COLUMNS,
  type CustomerColumns,
  throwIdentifierTaken,
  toCustomer,
  toUpdatedColumns,
} from './typeorm-customers.js';

@Injectable()
export class TypeOrmCustomerBatches extends CustomerBatches {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentSealer,
  ) {
    super();
  }

  async findByIds(ids: readonly string[]): Promise<readonly Customer[]> {
    const rows = await queryInChunks(ids, (chunk) => {
      const sql = `select ${CUSTOMER_COLUMNS} from customers where id in (${placeholderList(chunk)})`;
      return this.database.query<CustomerColumns>(sql, chunk);
    });
    return rows.map((row) => toCustomer(row, this.documents.open(row.document_sealed, row.id)));
  }

  async findTakenHashes(kind: 'email' | 'phone', hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const column = `${kind}_hash`;
    const rows = await queryInChunks(hashes, (chunk) => {
      const sql = `select ${column} as hash from customers where ${column} in (${placeholderList(chunk)})`;
      return this.database.query<{ readonly hash: string }>(sql, chunk);
    });
    return new Set(rows.map(({ hash }) => hash));
  }

  async addAll(customers: readonly HashedCustomer[]): Promise<void> {
    const rows = customers.map((customer) => this.#rowOf(customer));
    await this.database.insertRows('customers', rows).catch(throwIdentifierTaken);
  }

  #rowOf({ customer, hashes: { email = null, phone = null } }: HashedCustomer): InsertedRow {
    const state = customer.snapshot();
    return {
      ...toUpdatedColumns(state),
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
