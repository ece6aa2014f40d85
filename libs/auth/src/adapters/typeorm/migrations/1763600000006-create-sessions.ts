import { type MigrationInterface, type QueryRunner, Table, TableColumn } from 'typeorm';
import { column, type Dialect, typesFor } from '#platform/database';

const text = (length: number) => ({ type: 'varchar', length }) as const;
const NULLABLE = { isNullable: true } as const;
const INT = { type: 'int' } as const;
const BIGINT = { type: 'bigint' } as const;

export class CreateSessions1763600000006 implements MigrationInterface {
  readonly name = 'CreateSessions1763600000006';

  async up(runner: QueryRunner): Promise<void> {
    const type = typesFor(runner.connection.options.type as Dialect);
    const added = [
      column('market', { type: 'char', length: 2 }, { default: "'US'" }),
      column('locale', text(35), { default: "'en'" }),
      column('one_time', INT, { default: 0 }),
      column('sequence', INT, { default: 0 }),
    ];
    for (const each of added) await runner.addColumn('auth_subjects', new TableColumn(each));
    await runner.createTable(
      new Table({
        name: 'auth_sessions',
        columns: [
          column('id', type.id, { isPrimary: true }),
          column('customer_id', type.id),
          column('generation', INT),
          column('turn', INT),
          column('current_hash', type.hash),
          column('previous_hash', type.hash, NULLABLE),
          column('rotated_ms', BIGINT),
          column('expires_ms', BIGINT),
          column('revoked_ms', BIGINT, { default: 0 }),
          column('scope', text(64)),
          column('source', text(64)),
          column('created_at', type.instant),
          column('used_at', type.instant),
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
          column('id', type.id, { isPrimary: true }),
          column('customer_id', type.id),
          column('session_id', type.id, NULLABLE),
          column('generation', INT, NULLABLE),
          column('kept_session_id', type.id, NULLABLE),
          column('revoked_ms', BIGINT),
          column('expires_ms', BIGINT),
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
          column('subject_key', text(80), { isPrimary: true }),
          column('source', text(64), { isPrimary: true }),
          column('wrong', INT),
          column('open_tries', INT),
          column('last_ms', BIGINT),
          column('wait_until_ms', BIGINT),
          column('known_until_ms', BIGINT),
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
