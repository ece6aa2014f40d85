import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;

export class CreateLinks1763600000009 implements MigrationInterface {
  readonly name = 'CreateLinks1763600000009';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'auth_links',
        columns: [
          migrationColumn('id', type.id, { isPrimary: true }),
          migrationColumn('identity_hash', type.hash),
          migrationColumn('issuer', text(255)),
          migrationColumn('subject', text(255)),
          migrationColumn('customer_id', type.id),
          migrationColumn('created_at', type.instant),
        ],
        indices: [
          { name: 'uq_auth_links_identity', columnNames: ['identity_hash'], isUnique: true },
          { name: 'ix_auth_links_customer', columnNames: ['customer_id'] },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('auth_links');
  }
}
