import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

export class CreateAuth1763600000001 implements MigrationInterface {
  readonly name = 'CreateAuth1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'auth_subjects',
        columns: [
          migrationColumn('customer_id', type.id, { isPrimary: true }),
          migrationColumn('credential', { type: 'varchar', length: 120 }, { isNullable: true }),
          migrationColumn('roles', { type: 'varchar', length: 100 }),
          migrationColumn('status', { type: 'varchar', length: 16 }),
          migrationColumn('generation', { type: 'int' }),
          migrationColumn('created_at', type.instant),
          migrationColumn('updated_at', type.instant),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'auth_identifiers',
        columns: [
          migrationColumn('identifier_hash', type.hash, { isPrimary: true }),
          migrationColumn('customer_id', type.id),
        ],
        indices: [{ name: 'ix_auth_identifiers_customer', columnNames: ['customer_id'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('auth_identifiers');
    await runner.dropTable('auth_subjects');
  }
}
