import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, type Tables, typesFor } from '#platform/database';

const CONSUMER = { type: 'varchar', length: 100 } as const;

/** `inbox` holds what each consumer has handled; `inbox_positions` how far one that needs order has come with an aggregate. */
export class CreateInbox1763600000055 implements MigrationInterface {
  readonly name = 'CreateInbox1763600000055';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'inbox',
        columns: [
          column('consumer', CONSUMER, { isPrimary: true }),
          column('event_hash', type.hash, { isPrimary: true }),
          column('received_at', type.instant),
        ],
        indices: [{ name: 'ix_inbox_received', columnNames: ['received_at'] }],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'inbox_positions',
        columns: [
          column('consumer', CONSUMER, { isPrimary: true }),
          column('aggregate_hash', type.hash, { isPrimary: true }),
          column('sequence', { type: 'int' }),
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
