import { Injectable } from '@nestjs/common';
import { Database, DuplicateKey } from '#platform/database';
import {
  type CustomerLookup,
  type CustomerReference,
  Customers,
  type IdentifierHashes,
} from '../../application/ports.js';
import { Customer, type CustomerState } from '../../domain/customer.js';
import { DocumentTaken, IdentifierTaken } from '../../domain/errors.js';
import { DocumentSealer } from '../crypto/document-sealer.js';
import { searchColumnsOf } from './search-columns.js';
import { CUSTOMERS, type CustomerRow } from './tables.js';

/** The columns of `CustomerColumns`. */
export const CUSTOMER_COLUMNS = `id, email, phone, first_name as first_name, last_name as last_name, market, locale, attributes,
    document_sealed as document_sealed, document_hash as document_hash,
    status, verified_by as verified_by, attempt_id as attempt_id, created_at as created_at, updated_at as updated_at,
    version, deleted_at as deleted_at`;

/** An id that no customer has. */
const UNUSED_ID = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class TypeOrmCustomers extends Customers {
  constructor(
    private readonly database: Database,
    private readonly documents: DocumentSealer,
  ) {
    super();
  }

  async add(customer: Customer, { email = null, phone = null }: IdentifierHashes): Promise<void> {
    const { document, ...state } = customer.snapshot();
    const documents = { documentSealed: this.documents.seal(document, state.id), documentHash: null };
    const row = { ...state, ...searchColumnsOf(customer.snapshot()), ...documents, emailHash: email, phoneHash: phone };
    await this.database.insert<CustomerRow>(CUSTOMERS, row).catch(throwIdentifierTaken);
  }

  async findById(id: string): Promise<Customer | null> {
    const [row] = await this.database.query<CustomerColumns>(`select ${CUSTOMER_COLUMNS} from customers where id = ?`, [
      id,
    ]);
    return row ? toCustomer(row, this.documents.open(row.document_sealed, id)) : null;
  }

  async replace(before: Customer, after: Customer, hashes: IdentifierHashes = {}): Promise<boolean> {
    const { id, version } = before.snapshot();
    const changedHashes = Object.entries(hashes).map(([kind, hash]) => [`${kind}_hash`, hash]);
    const sealed = { document_sealed: this.documents.seal(after.snapshot().document, id) };
    const columns = { ...toUpdatedColumns(after.snapshot()), ...sealed, ...Object.fromEntries(changedHashes) };
    const sets = Object.keys(columns).map((name) => `${name} = ?`);
    const sql = `update customers set ${sets.join(', ')} where id = ? and version = ?`;
    const replaced = this.database.execute(sql, [...Object.values(columns), id, version]);
    return (await replaced.catch(hashes.document ? throwDocumentTaken : throwIdentifierTaken)) > 0;
  }

  async lookUpHolders(
    kind: keyof IdentifierHashes,
    hashes: readonly string[],
    id: string | null,
  ): Promise<CustomerLookup> {
    const holds = `${kind}_hash in (${hashes.map(() => '?').join(', ')})`;
    const sql = `select id, attempt_id as attempt_id, case when ${holds} then 1 else 0 end as holds from customers
      where ${holds} or id = ?`;
    const rows = await this.database.query<LookupRow>(sql, [...hashes, ...hashes, id ?? UNUSED_ID]);
    const holder = rows.find((row) => Number(row.holds) === 1);
    const idHolder = rows.find((row) => row.id === id);
    return {
      holder: holder ? toCustomerReference(holder) : null,
      idHolder: idHolder ? toCustomerReference(idHolder) : null,
    };
  }
}

/** The columns that a change can update. */
export function toUpdatedColumns(state: CustomerState): Readonly<Record<string, unknown>> {
  const { standing, lastNameKey } = searchColumnsOf(state);
  return {
    email: state.email,
    phone: state.phone,
    first_name: state.firstName,
    last_name: state.lastName,
    last_name_key: lastNameKey,
    market: state.market,
    locale: state.locale,
    attributes: JSON.stringify(state.attributes),
    status: state.status,
    standing,
    version: state.version,
    updated_at: state.updatedAt,
    deleted_at: state.deletedAt,
  };
}

export function throwIdentifierTaken(error: unknown): never {
  throw error instanceof DuplicateKey ? new IdentifierTaken() : error;
}

function throwDocumentTaken(error: unknown): never {
  throw error instanceof DuplicateKey ? new DocumentTaken() : error;
}

interface LookupRow {
  readonly id: string;
  readonly attempt_id: string;
  readonly holds: number | string;
}

export interface CustomerColumns
  extends Pick<CustomerState, 'id' | 'email' | 'phone' | 'market' | 'locale' | 'status'> {
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly document_sealed: string | null;
  readonly document_hash: string | null;
  readonly attributes: string | CustomerState['attributes'];
  readonly verified_by: CustomerState['verifiedBy'];
  readonly attempt_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
  readonly deleted_at: Date | null;
}

export function toCustomer(row: CustomerColumns, number: string | null): Customer {
  const { attributes } = row;
  return Customer.fromSnapshot({
    id: row.id,
    email: row.email,
    phone: row.phone,
    market: row.market,
    locale: row.locale,
    status: row.status,
    firstName: row.first_name,
    lastName: row.last_name,
    document: number === null ? null : { number, confirmed: row.document_hash !== null },
    attributes: typeof attributes === 'string' ? JSON.parse(attributes) : attributes,
    verifiedBy: row.verified_by,
    attemptId: row.attempt_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: Number(row.version),
    deletedAt: row.deleted_at,
  });
}

const toCustomerReference = ({ id, attempt_id: attemptId }: LookupRow): CustomerReference => ({ id, attemptId });
