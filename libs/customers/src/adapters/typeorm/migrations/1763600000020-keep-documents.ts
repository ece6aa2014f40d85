import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const NULLABLE = { isNullable: true } as const;

export class KeepDocuments1763600000020 implements MigrationInterface {
  readonly name = 'KeepDocuments1763600000020';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    const added = [
      migrationColumn('document_sealed', { type: 'varchar', length: 120 }, NULLABLE),
      migrationColumn('document_hash', columnTypesFor(dialect).hash, NULLABLE),
    ];
    for (const each of added) await runner.addColumn('customers', new TableColumn(each));
    const unique = { name: 'uq_customers_document', columnNames: ['document_hash'], isUnique: true };
    const where = dialect === 'mssql' ? { where: 'document_hash IS NOT NULL' } : {};
    await runner.createIndex('customers', new TableIndex({ ...unique, ...where }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('customers', 'uq_customers_document');
    for (const name of ['document_hash', 'document_sealed']) await runner.dropColumn('customers', name);
  }
}
