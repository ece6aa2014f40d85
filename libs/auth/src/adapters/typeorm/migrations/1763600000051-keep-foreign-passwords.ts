import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { alterTextColumn, columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;

/** Legacy hashes are sealed, and longer than native ones. */
export class KeepForeignPasswords1763600000051 implements MigrationInterface {
  readonly name = 'KeepForeignPasswords1763600000051';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    await runner.query(alterTextColumn(dialect, 'auth_subjects', 'credential', text(500)));
    await runner.createTable(
      new Table({
        name: 'auth_marks',
        columns: [
          migrationColumn('name', text(32), { isPrimary: true }),
          migrationColumn('set_at', columnTypesFor(dialect).instant),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('auth_marks');
    // Customers who have not signed in since the import must set a new password.
    await runner.query("update auth_subjects set credential = null where credential like 'f1$%'");
    await runner.query(
      alterTextColumn(runner.connection.options.type as Dialect, 'auth_subjects', 'credential', text(120)),
    );
  }
}
