import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

export class CreateCodeGuesses1763600000004 implements MigrationInterface {
  readonly name = 'CreateCodeGuesses1763600000004';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    await runner.createTable(
      new Table({
        name: 'code_guesses',
        columns: [
          column('identifier_hash', type.hash, { isPrimary: true }),
          column('hour', { type: 'int' }, { isPrimary: true }),
          column('wrong', { type: 'int' }),
          column('open_guesses', { type: 'int' }),
        ],
        indices: [{ name: 'ix_code_guesses_hour', columnNames: ['hour'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('code_guesses');
  }
}
