import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { migrationColumn } from '#platform/database';

/** The last audit entries about refresh tokens of the session, so that duplicates are not written. */
const COLUMNS = [
  migrationColumn('refused_ms', { type: 'bigint' }, { default: 0 }),
  migrationColumn('repeated_turn', { type: 'int' }, { default: -1 }),
];

/** Supports reading the sessions of a customer page by page. Replaces the index on the customer alone. */
const PAGES = { name: 'ix_auth_sessions_customer_created', columnNames: ['customer_id', 'created_at', 'id'] };
const BEFORE = { name: 'ix_auth_sessions_customer', columnNames: ['customer_id'] };

export class BoundRefreshAudit1763600000063 implements MigrationInterface {
  readonly name = 'BoundRefreshAudit1763600000063';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.addColumn('auth_sessions', new TableColumn(column));
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
