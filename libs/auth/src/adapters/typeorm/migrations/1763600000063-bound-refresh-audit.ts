import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { migrationColumn } from '#platform/database';

/** Which lines of the audit trail were written about refresh tokens of the session: further ones are not. */
const COLUMNS = [
  migrationColumn('refused_ms', { type: 'bigint' }, { default: 0 }),
  migrationColumn('repeated_turn', { type: 'int' }, { default: -1 }),
];

/** Sessions of somebody are read page by page. It takes the place of the index of the customer alone. */
const PAGES = { name: 'ix_auth_sessions_customer_created', columnNames: ['customer_id', 'created_at', 'id'] };
const BEFORE = { name: 'ix_auth_sessions_customer', columnNames: ['customer_id'] };

export class BoundRefreshAudit1763600000063 implements MigrationInterface {
  readonly name = 'BoundRefreshAudit1763600000063';

  async up(runner: QueryRunner): Promise<void> {
    for (const each of COLUMNS) await runner.addColumn('auth_sessions', new TableColumn(each));
    await runner.createIndex('auth_sessions', new TableIndex(PAGES));
    await runner.dropIndex('auth_sessions', BEFORE.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex('auth_sessions', new TableIndex(BEFORE));
    await runner.dropIndex('auth_sessions', PAGES.name);
    await runner.dropColumns(
      'auth_sessions',
      COLUMNS.map(({ name }) => name),
    );
  }
}
