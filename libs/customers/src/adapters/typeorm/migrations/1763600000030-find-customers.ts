import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { alterTextColumn, codePointText, type Dialect, migrationColumn } from '#platform/database';

const IN_ORDER = ['standing', 'created_at', 'id'];
const INDICES = [
  { name: 'ix_customers_standing', columnNames: IN_ORDER },
  { name: 'ix_customers_found_email', columnNames: ['email', ...IN_ORDER] },
  { name: 'ix_customers_found_phone', columnNames: ['phone', ...IN_ORDER] },
  { name: 'ix_customers_found_last_name', columnNames: ['last_name_key', ...IN_ORDER] },
];
const LENGTHS = { email: 254, phone: 20 };
const STANDING = "case when deleted_at is null then status else 'deleted' end";

export class FindCustomers1763600000030 implements MigrationInterface {
  readonly name = 'FindCustomers1763600000030';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    const added = [
      migrationColumn('standing', { type: 'varchar', length: 16 }, { default: "'active'" }),
      migrationColumn('last_name_key', codePointText(dialect, 200), { isNullable: true }),
    ];
    for (const one of added) await runner.addColumn('customers', new TableColumn(one));
    await runner.query(
      `update customers set standing = ${STANDING}, last_name_key = lower(substring(last_name, 1, 200))`,
    );
    for (const [name, length] of Object.entries(LENGTHS))
      await runner.query(alterTextColumn(dialect, 'customers', name, codePointText(dialect, length)));
    for (const index of INDICES) await runner.createIndex('customers', new TableIndex(index));
  }

  async down(runner: QueryRunner): Promise<void> {
    const dialect = runner.connection.options.type as Dialect;
    for (const { name } of INDICES) await runner.dropIndex('customers', name);
    for (const [name, length] of Object.entries(LENGTHS))
      await runner.query(alterTextColumn(dialect, 'customers', name, { type: 'varchar', length }));
    for (const name of ['last_name_key', 'standing']) await runner.dropColumn('customers', name);
  }
}
