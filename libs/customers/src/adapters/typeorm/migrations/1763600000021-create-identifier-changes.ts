import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

export class CreateIdentifierChanges1763600000021 implements MigrationInterface {
  readonly name = 'CreateIdentifierChanges1763600000021';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'customer_identifier_changes',
        columns: [
          migrationColumn('customer_id', type.id, { isPrimary: true }),
          migrationColumn('id', type.id),
          migrationColumn('identifier_sealed', { type: 'varchar', length: 500 }),
          migrationColumn('identifier_hash', type.hash),
          migrationColumn('generation', { type: 'int' }),
          migrationColumn('asked_at', type.instant),
        ],
        indices: [{ name: 'ix_customer_identifier_changes_asked', columnNames: ['asked_at'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('customer_identifier_changes');
  }
}
