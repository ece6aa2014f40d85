import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

export class CreateIdentifierChanges1763600000021 implements MigrationInterface {
  readonly name = 'CreateIdentifierChanges1763600000021';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'customer_identifier_changes',
        columns: [
          column('customer_id', type.id, { isPrimary: true }),
          column('id', type.id),
          column('identifier_sealed', { type: 'varchar', length: 500 }),
          column('identifier_hash', type.hash),
          column('generation', { type: 'int' }),
          column('asked_at', type.instant),
        ],
        indices: [{ name: 'ix_customer_identifier_changes_asked', columnNames: ['asked_at'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('customer_identifier_changes');
  }
}
