import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { migrationColumn } from '#platform/database';

const COLUMNS = [
  migrationColumn('parked_at', { type: 'bigint' }, { isNullable: true }),
  migrationColumn('parked_reason', { type: 'varchar', length: 200 }, { isNullable: true }),
];
const LEASES = { name: 'ix_delivery_lease', columnNames: ['lease_token'] };

/** What was refused for good stays where it is, marked. Leased rows are found by their id: no index has to follow each lease. */
export class AddParking1763600000050 implements MigrationInterface {
  readonly name = 'AddParking1763600000050';

  async up(runner: QueryRunner): Promise<void> {
    for (const each of COLUMNS) await runner.addColumn('outbox_deliveries', new TableColumn(each));
    await runner.dropIndex('outbox_deliveries', LEASES.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex('outbox_deliveries', new TableIndex(LEASES));
    for (const { name } of COLUMNS) await runner.dropColumn('outbox_deliveries', name);
  }
}
