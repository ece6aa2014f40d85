import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, type Tables, typesFor } from '#platform/database';
import { AddParking1763600000050 } from './migrations/1763600000050-add-parking.js';

const BIGINT = { type: 'bigint' } as const;
const WHOLE = { type: 'int' } as const;
const name = (length: number) => ({ type: 'varchar', length }) as const;
const IDENTITY = { isPrimary: true, isGenerated: true, generationStrategy: 'increment' } as const;

/** `outbox` keeps what happened; `outbox_deliveries` holds what a publisher has still to take, and nothing else. */
export class CreateOutbox1763600000000 implements MigrationInterface {
  readonly name = 'CreateOutbox1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'outbox',
        columns: [
          column('id', BIGINT, IDENTITY),
          column('event_id', type.id),
          column('aggregate_type', name(64)),
          column('aggregate_id', type.id),
          column('sequence', WHOLE),
          column('type', name(128)),
          column('payload', type.text),
          column('occurred_at', type.instant),
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
          column('id', BIGINT, IDENTITY),
          column('publisher', name(32)),
          column('event_id', type.id),
          column('aggregate_type', name(64)),
          column('aggregate_id', type.id),
          column('sequence', WHOLE),
          column('attempts', WHOLE, { default: '0' }),
          column('available_at', BIGINT, { default: '0' }),
          column('lease_token', type.id, { isNullable: true }),
          column('lease_until', BIGINT, { default: '0' }),
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
