import { Injectable } from '@nestjs/common';
import { Database, DuplicateKey } from '#platform';
import { Customers, type Found, type Holder } from '../../application/ports.js';
import type { Customer } from '../../domain/customer.js';
import { IdentifierTaken } from '../../domain/errors.js';
import { CUSTOMERS, type CustomerRow } from './tables.js';

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

const toHolder = ({ id, attempt_id: attemptId }: Row): Holder => ({ id, attemptId });
