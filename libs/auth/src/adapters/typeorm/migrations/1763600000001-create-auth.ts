import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

export class CreateAuth1763600000001 implements MigrationInterface {
  readonly name = 'CreateAuth1763600000001';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'auth_subjects',
        columns: [
          column('customer_id', type.id, { isPrimary: true }),
          column('credential', { type: 'varchar', length: 120 }, { isNullable: true }),
          column('roles', { type: 'varchar', length: 100 }),
          column('status', { type: 'varchar', length: 16 }),
          column('generation', { type: 'int' }),
          column('created_at', type.instant),
          column('updated_at', type.instant),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'auth_identifiers',
        columns: [column('identifier_hash', type.hash, { isPrimary: true }), column('customer_id', type.id)],
        indices: [{ name: 'ix_auth_identifiers_customer', columnNames: ['customer_id'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('auth_identifiers');
    await runner.dropTable('auth_subjects');
  }
}
