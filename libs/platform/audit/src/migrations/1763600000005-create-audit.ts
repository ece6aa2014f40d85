import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

const text = { type: 'varchar', length: 64 } as const;
const NULLABLE = { isNullable: true } as const;

export class CreateAudit1763600000005 implements MigrationInterface {
  readonly name = 'CreateAudit1763600000005';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'audit_log',
        columns: [
          column('id', type.id, { isPrimary: true }),
          column('at', type.instant),
          column('action', text),
          column('actor', text, NULLABLE),
          column('target', text, NULLABLE),
          column('source', text, NULLABLE),
          column('correlation_id', text, NULLABLE),
        ],
        indices: [{ name: 'ix_audit_log_target', columnNames: ['target'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_log');
  }
}
