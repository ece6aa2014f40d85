import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;
const NULLABLE = { isNullable: true } as const;

export class CreateCustomers1763600000002 implements MigrationInterface {
  readonly name = 'CreateCustomers1763600000002';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    const type = columnTypesFor(dialect);
    await runner.createTable(
      new Table({
        name: 'customers',
        columns: [
          migrationColumn('id', type.id, { isPrimary: true }),
          migrationColumn('email', text(254), NULLABLE),
          migrationColumn('email_hash', type.hash, NULLABLE),
          migrationColumn('phone', text(20), NULLABLE),
          migrationColumn('phone_hash', type.hash, NULLABLE),
          migrationColumn('first_name', type.name, NULLABLE),
          migrationColumn('last_name', type.name, NULLABLE),
          migrationColumn('market', { type: 'char', length: 2 }),
          migrationColumn('locale', text(35)),
          migrationColumn('attributes', type.json),
          migrationColumn('status', text(16)),
          migrationColumn('verified_by', text(16)),
          migrationColumn('attempt_id', type.id),
          migrationColumn('created_at', type.instant),
          migrationColumn('updated_at', type.instant),
          migrationColumn('version', { type: 'int' }),
        ],
        indices: ['email', 'phone'].map((kind) => ({
          name: `uq_customers_${kind}`,
          columnNames: [`${kind}_hash`],
          isUnique: true,
          ...(dialect === 'mssql' ? { where: `${kind}_hash IS NOT NULL` } : {}),
        })),
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('customers');
  }
}
