import { type MigrationInterface, type QueryRunner, Table, TableColumn } from 'typeorm';
import { columnTypesFor, type Dialect, migrationColumn } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;
const NULLABLE = { isNullable: true } as const;
const INT = { type: 'int' } as const;
const BIGINT = { type: 'bigint' } as const;

export class CreateSessions1763600000006 implements MigrationInterface {
  readonly name = 'CreateSessions1763600000006';

  async up(runner: QueryRunner): Promise<void> {
    const type = columnTypesFor(runner.connection.options.type as Dialect);
    const added = [
      migrationColumn('market', { type: 'char', length: 2 }, { default: "'US'" }),
      migrationColumn('locale', text(35), { default: "'en'" }),
      migrationColumn('one_time', INT, { default: 0 }),
      migrationColumn('sequence', INT, { default: 0 }),
    ];
    for (const each of added) await runner.addColumn('auth_subjects', new TableColumn(each));
    await runner.createTable(
      new Table({
        name: 'auth_sessions',
        columns: [
          migrationColumn('id', type.id, { isPrimary: true }),
          migrationColumn('customer_id', type.id),
          migrationColumn('generation', INT),
          migrationColumn('turn', INT),
          migrationColumn('current_hash', type.hash),
          migrationColumn('previous_hash', type.hash, NULLABLE),
          migrationColumn('rotated_ms', BIGINT),
          migrationColumn('expires_ms', BIGINT),
          migrationColumn('revoked_ms', BIGINT, { default: 0 }),
          migrationColumn('scope', text(64)),
          migrationColumn('source', text(64)),
          migrationColumn('created_at', type.instant),
          migrationColumn('used_at', type.instant),
        ],
        indices: [
          { name: 'ix_auth_sessions_customer', columnNames: ['customer_id'] },
          { name: 'ix_auth_sessions_expires', columnNames: ['expires_ms'] },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'auth_revocations',
        columns: [
          migrationColumn('id', type.id, { isPrimary: true }),
          migrationColumn('customer_id', type.id),
          migrationColumn('session_id', type.id, NULLABLE),
          migrationColumn('generation', INT, NULLABLE),
          migrationColumn('kept_session_id', type.id, NULLABLE),
          migrationColumn('revoked_ms', BIGINT),
          migrationColumn('expires_ms', BIGINT),
        ],
        indices: [
          { name: 'ix_auth_revocations_revoked', columnNames: ['revoked_ms'] },
          { name: 'ix_auth_revocations_session', columnNames: ['session_id'] },
          { name: 'ix_auth_revocations_customer', columnNames: ['customer_id'] },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'auth_login_tries',
        columns: [
          migrationColumn('subject_key', text(80), { isPrimary: true }),
          migrationColumn('source', text(64), { isPrimary: true }),
          migrationColumn('wrong', INT),
          migrationColumn('open_tries', INT),
          migrationColumn('last_ms', BIGINT),
          migrationColumn('wait_until_ms', BIGINT),
          migrationColumn('known_until_ms', BIGINT),
        ],
        indices: [{ name: 'ix_auth_login_tries_last', columnNames: ['last_ms'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['auth_login_tries', 'auth_revocations', 'auth_sessions']) await runner.dropTable(table);
    await runner.dropColumns('auth_subjects', ['market', 'locale', 'one_time', 'sequence']);
  }
}
