import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

export class KeepDeletedCustomers1763600000007 implements MigrationInterface {
  readonly name = 'KeepDeletedCustomers1763600000007';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.addColumn(
      'customers',
      new TableColumn(migrationColumn('deleted_at', type.instant, { isNullable: true })),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('customers', 'deleted_at');
  }
}
