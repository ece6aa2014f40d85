import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

export class CreateCodeGuesses1763600000004 implements MigrationInterface {
  readonly name = 'CreateCodeGuesses1763600000004';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'code_guesses',
        columns: [
          migrationColumn('identifier_hash', type.hash, { isPrimary: true }),
          migrationColumn('hour', { type: 'int' }, { isPrimary: true }),
          migrationColumn('wrong', { type: 'int' }),
          migrationColumn('open_guesses', { type: 'int' }),
        ],
        indices: [{ name: 'ix_code_guesses_hour', columnNames: ['hour'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('code_guesses');
  }
}
