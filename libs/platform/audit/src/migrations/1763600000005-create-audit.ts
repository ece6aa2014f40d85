import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const text = { type: 'varchar', length: 64 } as const;
const NULLABLE = { isNullable: true } as const;

export class CreateAudit1763600000005 implements MigrationInterface {
  readonly name = 'CreateAudit1763600000005';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'audit_log',
        columns: [
          migrationColumn('id', type.id, { isPrimary: true }),
          migrationColumn('at', type.instant),
          migrationColumn('action', text),
          migrationColumn('actor', text, NULLABLE),
          migrationColumn('target', text, NULLABLE),
          migrationColumn('source', text, NULLABLE),
          migrationColumn('correlation_id', text, NULLABLE),
        ],
        indices: [{ name: 'ix_audit_log_target', columnNames: ['target'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_log');
  }
}
