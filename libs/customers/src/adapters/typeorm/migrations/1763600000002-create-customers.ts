import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;
const NULLABLE = { isNullable: true } as const;

export class CreateCustomers1763600000002 implements MigrationInterface {
  readonly name = 'CreateCustomers1763600000002';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    const type = typesFor(dialect);
    await runner.createTable(
      new Table({
        name: 'customers',
        columns: [
          column('id', type.id, { isPrimary: true }),
          column('email', text(254), NULLABLE),
          column('email_hash', type.hash, NULLABLE),
          column('phone', text(20), NULLABLE),
          column('phone_hash', type.hash, NULLABLE),
          column('first_name', type.name, NULLABLE),
          column('last_name', type.name, NULLABLE),
          column('market', { type: 'char', length: 2 }),
          column('locale', text(35)),
          column('attributes', type.json),
          column('status', text(16)),
          column('verified_by', text(16)),
          column('attempt_id', type.id),
          column('created_at', type.instant),
          column('updated_at', type.instant),
          column('version', { type: 'int' }),
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
