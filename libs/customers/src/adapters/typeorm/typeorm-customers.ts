import { Injectable } from '@nestjs/common';
import { Database, DuplicateKey } from '#platform';
import { Customers, type Holder } from '../../application/ports.js';
import type { Customer } from '../../domain/customer.js';
import { IdentifierTaken } from '../../domain/errors.js';
import { CUSTOMERS, type CustomerRow } from './tables.js';

const HOLDER = 'select id, attempt_id as attempt_id from customers';

@Injectable()
export class TypeOrmCustomers extends Customers {
  constructor(private readonly database: Database) {
    super();
  }

  async add(customer: Customer, identifierHash: string): Promise<void> {
    const state = customer.snapshot();
    const hashes = { emailHash: state.email && identifierHash, phoneHash: state.phone && identifierHash };
    const rows = this.database.manager.getRepository<CustomerRow>(CUSTOMERS);
    await rows.insert({ ...state, ...hashes } as object).catch((error: unknown) => {
      const cause = this.database.translate(error);
      throw cause instanceof DuplicateKey ? new IdentifierTaken() : cause;
    });
  }

  holderOf(kind: 'email' | 'phone', hashes: readonly string[]): Promise<Holder | null> {
    return this.#one(`${HOLDER} where ${kind}_hash in (${hashes.map(() => '?').join(', ')})`, hashes);
  }

  bearerOf(id: string): Promise<Holder | null> {
    return this.#one(`${HOLDER} where id = ?`, [id]);
  }

  async #one(sql: string, values: readonly unknown[]): Promise<Holder | null> {
    const [row] = await this.database.query<{ id: string; attempt_id: string }>(sql, values);
    return row ? { id: row.id, attemptId: row.attempt_id } : null;
  }
}
