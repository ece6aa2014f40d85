import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { migrationColumn } from '#platform/database';

const COLUMNS = [
  migrationColumn('parked_at', { type: 'bigint' }, { isNullable: true }),
  migrationColumn('parked_reason', { type: 'varchar', length: 200 }, { isNullable: true }),
];
const LEASE_INDEX = { name: 'ix_delivery_lease', columnNames: ['lease_token'] };

/** Marks permanently refused deliveries in place. Leased rows are found by id, so the index on the lease token is dropped. */
export class AddParking1763600000050 implements MigrationInterface {
  readonly name = 'AddParking1763600000050';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.addColumn('outbox_deliveries', new TableColumn(column));
    await runner.dropIndex('outbox_deliveries', LEASE_INDEX.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex('outbox_deliveries', new TableIndex(LEASE_INDEX));
    for (const { name } of COLUMNS) await runner.dropColumn('outbox_deliveries', name);
  }
}
