import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn, type Tables } from '#platform/database';
import { AddParking1763600000050 } from './migrations/1763600000050-add-parking.js';

const BIGINT = { type: 'bigint' } as const;
const WHOLE = { type: 'int' } as const;
const name = (length: number) => ({ type: 'varchar', length }) as const;
const IDENTITY = { isPrimary: true, isGenerated: true, generationStrategy: 'increment' } as const;

/** `outbox`: all events. `outbox_deliveries`: only the pending deliveries of each publisher. */
export class CreateOutbox1763600000000 implements MigrationInterface {
  readonly name = 'CreateOutbox1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'outbox',
        columns: [
          migrationColumn('id', BIGINT, IDENTITY),
          migrationColumn('event_id', type.id),
          migrationColumn('aggregate_type', name(64)),
          migrationColumn('aggregate_id', type.id),
          migrationColumn('sequence', WHOLE),
          migrationColumn('type', name(128)),
          migrationColumn('payload', type.text),
          migrationColumn('occurred_at', type.instant),
        ],
        uniques: [
          { name: 'uq_outbox_event', columnNames: ['event_id'] },
          { name: 'uq_outbox_sequence', columnNames: ['aggregate_type', 'aggregate_id', 'sequence'] },
        ],
        indices: [{ name: 'ix_outbox_occurred', columnNames: ['occurred_at'] }],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'outbox_deliveries',
        columns: [
          migrationColumn('id', BIGINT, IDENTITY),
          migrationColumn('publisher', name(32)),
          migrationColumn('event_id', type.id),
          migrationColumn('aggregate_type', name(64)),
          migrationColumn('aggregate_id', type.id),
          migrationColumn('sequence', WHOLE),
          migrationColumn('attempts', WHOLE, { default: '0' }),
          migrationColumn('available_at', BIGINT, { default: '0' }),
          migrationColumn('lease_token', type.id, { isNullable: true }),
          migrationColumn('lease_until', BIGINT, { default: '0' }),
        ],
        uniques: [{ name: 'uq_delivery', columnNames: ['publisher', 'aggregate_type', 'aggregate_id', 'sequence'] }],
        indices: [{ name: 'ix_delivery_lease', columnNames: ['lease_token'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('outbox_deliveries');
    await runner.dropTable('outbox');
  }
}

export const outboxTables: Tables = {
  schemas: () => [],
  migrations: [CreateOutbox1763600000000, AddParking1763600000050],
};
