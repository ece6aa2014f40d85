import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import { migrationColumn } from '#platform/database';

const DETAIL = migrationColumn('detail', { type: 'varchar', length: 128 }, { isNullable: true });

/** Additional detail of an entry: the filters of a listing, or the route of a denied request. */
export class DetailAudit1763600000066 implements MigrationInterface {
  readonly name = 'DetailAudit1763600000066';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('audit_log', new TableColumn(DETAIL));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('audit_log', DETAIL.name);
  }
}
