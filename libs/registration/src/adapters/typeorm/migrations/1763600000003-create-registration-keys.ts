import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

export class CreateRegistrationKeys1763600000003 implements MigrationInterface {
  readonly name = 'CreateRegistrationKeys1763600000003';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'registration_keys',
        columns: [
          migrationColumn('identifier_hash', type.hash, { isPrimary: true }),
          migrationColumn('customer_id', type.id),
          migrationColumn('sequence', { type: 'int' }),
          migrationColumn('created_at', type.instant),
          migrationColumn('used_at', type.instant),
          migrationColumn('proven_at', type.instant, { isNullable: true }),
        ],
        indices: [{ name: 'ix_registration_keys_unproven', columnNames: ['proven_at', 'used_at'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('registration_keys');
  }
}
