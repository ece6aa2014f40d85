import { Injectable } from '@nestjs/common';
import { Database, DuplicateKey } from '#platform';
import { Customers, type Found, type Holder, type IdentifierHashes } from '../../application/ports.js';
import { Customer, type CustomerState } from '../../domain/customer.js';
import { IdentifierTaken } from '../../domain/errors.js';
import { CUSTOMERS, type CustomerRow } from './tables.js';

const SELECT = `select id, email, phone, first_name as first_name, last_name as last_name, market, locale, attributes,
    status, verified_by as verified_by, attempt_id as attempt_id, created_at as created_at, updated_at as updated_at,
    version, deleted_at as deleted_at
  from customers where id = ?`;
const WRITTEN = `first_name = ?, last_name = ?, market = ?, locale = ?, attributes = ?, status = ?,
    updated_at = ?, version = ?, deleted_at = ?`;

/** An id that no customer has. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class TypeOrmCustomers extends Customers {
  constructor(private readonly database: Database) {
    super();
  }

  async add(customer: Customer, identifierHash: string): Promise<void> {
    const state = customer.snapshot();
    const hashes = { emailHash: state.email && identifierHash, phoneHash: state.phone && identifierHash };
    await this.database.insert<CustomerRow>(CUSTOMERS, { ...state, ...hashes }).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new IdentifierTaken() : error;
    });
  }

  async byId(id: string): Promise<Customer | null> {
    const [row] = await this.database.query<CustomerColumns>(SELECT, [id]);
    return row ? toCustomer(row) : null;
  }

  async replace(before: Customer, after: Customer, hashes?: IdentifierHashes): Promise<boolean> {
    const { id, version } = before.snapshot();
    const { firstName, lastName, market, locale, attributes, status, ...state } = after.snapshot();
    const person = [firstName, lastName, market, locale, JSON.stringify(attributes), status];
    const life = [state.updatedAt, state.version, state.deletedAt];
    const moved = hashes ? [hashes.email, hashes.phone] : [];
    const sql = `update customers set ${WRITTEN}${hashes ? ', email_hash = ?, phone_hash = ?' : ''} where id = ? and version = ?`;
    const touched = await this.database
      .execute(sql, [...person, ...life, ...moved, id, version])
      .catch((error: unknown) => {
        throw error instanceof DuplicateKey ? new IdentifierTaken() : error;
      });
    return touched > 0;
  }

  async lookUp(kind: 'email' | 'phone', hashes: readonly string[], id: string | null): Promise<Found> {
    const holds = `${kind}_hash in (${hashes.map(() => '?').join(', ')})`;
    const sql = `select id, attempt_id as attempt_id, case when ${holds} then 1 else 0 end as holds from customers
      where ${holds} or id = ?`;
    const rows = await this.database.query<Row>(sql, [...hashes, ...hashes, id ?? NOBODY]);
    const holder = rows.find((row) => Number(row.holds) === 1);
    const bearer = rows.find((row) => row.id === id);
    return { holder: holder ? toHolder(holder) : null, bearer: bearer ? toHolder(bearer) : null };
  }
}

interface Row {
  readonly id: string;
  readonly attempt_id: string;
  readonly holds: number | string;
}

interface CustomerColumns extends Pick<CustomerState, 'id' | 'email' | 'phone' | 'market' | 'locale' | 'status'> {
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly attributes: string | CustomerState['attributes'];
  readonly verified_by: CustomerState['verifiedBy'];
  readonly attempt_id: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
  readonly deleted_at: Date | null;
}

function toCustomer(row: CustomerColumns): Customer {
  const { id, email, phone, market, locale, status, attributes } = row;
  return Customer.restore({
    ...{ id, email, phone, market, locale, status },
    firstName: row.first_name,
    lastName: row.last_name,
    attributes: typeof attributes === 'string' ? JSON.parse(attributes) : attributes,
    verifiedBy: row.verified_by,
    attemptId: row.attempt_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: Number(row.version),
    deletedAt: row.deleted_at,
  });
}

const toHolder = ({ id, attempt_id: attemptId }: Row): Holder => ({ id, attemptId });
