import { EntitySchema } from 'typeorm';
import { type Dialect, type Tables, typesFor } from '#platform';
import type { CustomerState } from '../../domain/customer.js';
import { CreateCustomers1763600000002 } from './migrations/1763600000002-create-customers.js';
import { KeepDeletedCustomers1763600000007 } from './migrations/1763600000007-keep-deleted-customers.js';

/** The hashes carry uniqueness: fixed length and hex, so no collation can merge two people. They are null once deleted. */
export interface CustomerRow extends CustomerState {
  readonly emailHash: string | null;
  readonly phoneHash: string | null;
}

export const CUSTOMERS = 'customers';

function schemas(dialect: Dialect): readonly EntitySchema[] {
  const type = typesFor(dialect);
  return [
    new EntitySchema<CustomerRow>({
      name: CUSTOMERS,
      columns: {
        id: { ...type.id, primary: true },
        email: { type: 'varchar', length: 254, nullable: true },
        emailHash: { ...type.hash, nullable: true },
        phone: { type: 'varchar', length: 20, nullable: true },
        phoneHash: { ...type.hash, nullable: true },
        firstName: { type: 'varchar', length: 400, nullable: true },
        lastName: { type: 'varchar', length: 400, nullable: true },
        market: { type: 'char', length: 2 },
        locale: { type: 'varchar', length: 35 },
        attributes: type.json,
        status: { type: 'varchar', length: 16 },
        verifiedBy: { type: 'varchar', length: 16 },
        attemptId: type.id,
        createdAt: type.instant,
        updatedAt: type.instant,
        version: { type: 'int' },
        deletedAt: { ...type.instant, nullable: true },
      },
      indices: (['email', 'phone'] as const).map((kind) => ({
        name: `uq_customers_${kind}`,
        columns: [`${kind}Hash`],
        unique: true,
        // Many rows may have none: SQL Server alone needs to be told.
        ...(dialect === 'mssql' ? { where: `${kind}_hash IS NOT NULL` } : {}),
      })),
    }),
  ];
}

export const customersTables: Tables = {
  schemas,
  migrations: [CreateCustomers1763600000002, KeepDeletedCustomers1763600000007],
};
