import { EntitySchema } from 'typeorm';
import { type Dialect, type Tables, typesFor } from '#platform';
import { CreateAuth1763600000001 } from './migrations/1763600000001-create-auth.js';

export interface SubjectRow {
  customerId: string;
  credential: string | null;
  roles: string;
  status: 'active' | 'suspended';
  generation: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface IdentifierRow {
  identifierHash: string;
  customerId: string;
}

export const SUBJECTS = 'auth_subjects';
export const IDENTIFIERS = 'auth_identifiers';

function schemas(dialect: Dialect): readonly EntitySchema[] {
  const type = typesFor(dialect);
  return [
    new EntitySchema<SubjectRow>({
      name: SUBJECTS,
      columns: {
        customerId: { ...type.id, primary: true },
        credential: { type: 'varchar', length: 120, nullable: true },
        roles: { type: 'varchar', length: 100 },
        status: { type: 'varchar', length: 16 },
        generation: { type: 'int' },
        createdAt: type.instant,
        updatedAt: type.instant,
      },
    }),
    new EntitySchema<IdentifierRow>({
      name: IDENTIFIERS,
      columns: { identifierHash: { ...type.hash, primary: true }, customerId: type.id },
      indices: [{ name: 'ix_auth_identifiers_customer', columns: ['customerId'] }],
    }),
  ];
}

export const authTables: Tables = { schemas, migrations: [CreateAuth1763600000001] };
