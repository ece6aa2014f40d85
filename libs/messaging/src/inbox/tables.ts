import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn, type Tables } from '#platform/database';

const CONSUMER = { type: 'varchar', length: 100 } as const;

/** `inbox`: the events each consumer has handled. `inbox_positions`: the last sequence per aggregate of an ordered consumer. */
export class CreateInbox1763600000055 implements MigrationInterface {
  readonly name = 'CreateInbox1763600000055';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'inbox',
        columns: [
          migrationColumn('consumer', CONSUMER, { isPrimary: true }),
          migrationColumn('event_hash', type.hash, { isPrimary: true }),
          migrationColumn('received_at', type.instant),
        ],
        indices: [{ name: 'ix_inbox_received', columnNames: ['received_at'] }],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'inbox_positions',
        columns: [
          migrationColumn('consumer', CONSUMER, { isPrimary: true }),
          migrationColumn('aggregate_hash', type.hash, { isPrimary: true }),
          migrationColumn('sequence', { type: 'int' }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('inbox_positions');
    await runner.dropTable('inbox');
  }
}

export const inboxTables: Tables = { schemas: () => [], migrations: [CreateInbox1763600000055] };
