import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

export class CreateRegistrationKeys1763600000003 implements MigrationInterface {
  readonly name = 'CreateRegistrationKeys1763600000003';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'registration_keys',
        columns: [
          column('identifier_hash', type.hash, { isPrimary: true }),
          column('customer_id', type.id),
          column('sequence', { type: 'int' }),
          column('created_at', type.instant),
          column('used_at', type.instant),
          column('proven_at', type.instant, { isNullable: true }),
        ],
        indices: [{ name: 'ix_registration_keys_unproven', columnNames: ['proven_at', 'used_at'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('registration_keys');
  }
}
