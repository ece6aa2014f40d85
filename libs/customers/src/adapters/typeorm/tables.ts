import { EntitySchema } from 'typeorm';
import { codePointText, columnTypesFor, type Dialect, type Tables } from '#platform/database';
import type { CustomerState } from '../../domain/customer.js';
import { CreateCustomers1763600000002 } from './migrations/1763600000002-create-customers.js';
import { KeepDeletedCustomers1763600000007 } from './migrations/1763600000007-keep-deleted-customers.js';
import { KeepDocuments1763600000020 } from './migrations/1763600000020-keep-documents.js';
import { CreateIdentifierChanges1763600000021 } from './migrations/1763600000021-create-identifier-changes.js';
import { FindCustomers1763600000030 } from './migrations/1763600000030-find-customers.js';
import { LAST_NAME_KEY_LENGTH, type SearchColumns } from './search-columns.js';

/** The unique hashes are fixed-length hex, so no collation treats two as equal. They are null once deleted. */
export interface CustomerRow extends Omit<CustomerState, 'document'>, SearchColumns {
  readonly emailHash: string | null;
  readonly phoneHash: string | null;
  /** See `DocumentSealer`. */
  readonly documentSealed: string | null;
  /** Set for confirmed documents only. Several customers may claim a number, one may confirm it. */
  readonly documentHash: string | null;
}

export const CUSTOMERS = 'customers';

/** The order of lists. An index with a key before these columns finds the next customers without a sort. */
const LIST_ORDER = ['standing', 'createdAt', 'id'] as const;

function schemas(dialect: Dialect): readonly EntitySchema[] {
  const type = columnTypesFor(dialect);
  return [
    new EntitySchema<CustomerRow>({
      name: CUSTOMERS,
      columns: {
        id: { ...type.id, primary: true },
        email: { ...codePointText(dialect, 254), nullable: true },
        emailHash: { ...type.hash, nullable: true },
        phone: { ...codePointText(dialect, 20), nullable: true },
        phoneHash: { ...type.hash, nullable: true },
        firstName: { ...type.name, nullable: true },
        lastName: { ...type.name, nullable: true },
        documentSealed: { type: 'varchar', length: 120, nullable: true },
        documentHash: { ...type.hash, nullable: true },
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
        standing: { type: 'varchar', length: 16, default: 'active' },
        lastNameKey: { ...codePointText(dialect, LAST_NAME_KEY_LENGTH), nullable: true },
      },
      indices: [
        ...(['email', 'phone', 'document'] as const).map((kind) => ({
          name: `uq_customers_${kind}`,
          columns: [`${kind}Hash`],
          unique: true,
          // SQL Server treats nulls as equal in a unique index, so the index must exclude them.
          ...(dialect === 'mssql' ? { where: `${kind}_hash IS NOT NULL` } : {}),
        })),
        { name: 'ix_customers_standing', columns: [...LIST_ORDER] },
        { name: 'ix_customers_found_email', columns: ['email', ...LIST_ORDER] },
        { name: 'ix_customers_found_phone', columns: ['phone', ...LIST_ORDER] },
        { name: 'ix_customers_found_last_name', columns: ['lastNameKey', ...LIST_ORDER] },
      ],
    }),
    new EntitySchema({
      name: 'customer_identifier_changes',
      columns: {
        customerId: { ...type.id, primary: true },
        id: type.id,
        identifierSealed: { type: 'varchar', length: 500 },
        identifierHash: type.hash,
        generation: { type: 'int' },
        askedAt: type.instant,
      },
      indices: [{ name: 'ix_customer_identifier_changes_asked', columns: ['askedAt'] }],
    }),
  ];
}

export const customersTables: Tables = {
  schemas,
  migrations: [
    CreateCustomers1763600000002,
    KeepDeletedCustomers1763600000007,
    KeepDocuments1763600000020,
    CreateIdentifierChanges1763600000021,
    FindCustomers1763600000030,
  ],
};
