import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

/** Stores the event count of an id that lost its identifier. If the identifier returns, the sequence continues from there. */
export class KeepLostIds1763600000010 implements MigrationInterface {
  readonly name = 'KeepLostIds1763600000010';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'registration_lost_ids',
        columns: [
          migrationColumn('customer_id', type.id, { isPrimary: true }),
          migrationColumn('sequence', { type: 'int' }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('registration_lost_ids');
  }
}
