import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { migrationColumn } from '#platform/database';

const DETAIL = migrationColumn('detail', { type: 'varchar', length: 128 }, { isNullable: true });

/** What a line says beside its action: which filters a list had, at which route somebody was refused. */
export class DetailAudit1763600000066 implements MigrationInterface {
  readonly name = 'DetailAudit1763600000066';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('audit_log', new TableColumn(DETAIL));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('audit_log', DETAIL.name);
  }
}
