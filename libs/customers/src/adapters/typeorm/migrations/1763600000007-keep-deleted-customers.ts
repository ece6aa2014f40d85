import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

export class KeepDeletedCustomers1763600000007 implements MigrationInterface {
  readonly name = 'KeepDeletedCustomers1763600000007';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.addColumn('customers', new TableColumn(column('deleted_at', type.instant, { isNullable: true })));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('customers', 'deleted_at');
  }
}
