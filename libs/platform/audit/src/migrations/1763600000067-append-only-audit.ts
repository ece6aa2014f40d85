import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Dialect } from '#platform/database';

/**
 * Entries of these last days cannot be deleted. One day less than the shortest `AUDIT_DAYS`, because the retention task uses
 * the clock of a process and the trigger that of the database.
 */
const KEPT_DAYS = 6;
const REFUSED = 'lines of the audit trail are not changed, and not deleted before their time';

const MYSQL = [
  `create trigger audit_log_no_update before update on audit_log for each row
    signal sqlstate '45000' set message_text = '${REFUSED}'`,
  `create trigger audit_log_no_delete before delete on audit_log for each row
    if old.at > utc_timestamp(3) - interval ${KEPT_DAYS} day then
      signal sqlstate '45000' set message_text = '${REFUSED}';
    end if`,
];

const UP: Readonly<Record<Dialect, readonly string[]>> = {
  postgres: [
    `create function audit_log_append_only() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then
          if old.at <= clock_timestamp() - interval '${KEPT_DAYS} days' then
            return old;
          end if;
        end if;
        raise exception '${REFUSED}' using errcode = 'insufficient_privilege';
      end
    $$`,
    `create trigger audit_log_append_only before update or delete on audit_log
      for each row execute function audit_log_append_only()`,
    `create trigger audit_log_no_truncate before truncate on audit_log
      for each statement execute function audit_log_append_only()`,
  ],
  mysql: MYSQL,
  mariadb: MYSQL,
  mssql: [
    `create trigger audit_log_append_only on audit_log after update, delete as
      begin
        set nocount on;
        if exists (select 1 from inserted)
          or exists (select 1 from deleted where at > dateadd(day, -${KEPT_DAYS}, sysutcdatetime()))
          throw 50001, '${REFUSED}', 1;
      end`,
  ],
};

const MYSQL_DOWN = ['drop trigger audit_log_no_update', 'drop trigger audit_log_no_delete'];

const DOWN: Readonly<Record<Dialect, readonly string[]>> = {
  postgres: [
    'drop trigger audit_log_no_truncate on audit_log',
    'drop trigger audit_log_append_only on audit_log',
    'drop function audit_log_append_only()',
  ],
  mysql: MYSQL_DOWN,
  mariadb: MYSQL_DOWN,
  mssql: ['drop trigger audit_log_append_only'],
};

/**
 * The database itself rejects changes to an entry, for every user (OWASP ASVS 16.4.2). Only the table owner can drop the
 * trigger.
 */
export class AppendOnlyAudit1763600000067 implements MigrationInterface {
  readonly name = 'AppendOnlyAudit1763600000067';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of UP[runner.connection.options.type as Dialect]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of DOWN[runner.connection.options.type as Dialect]) await runner.query(sql);
  }
}
