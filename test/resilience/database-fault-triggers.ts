import type { DatabaseKind } from '../support/fresh-databases.js';
import type { TestDatabase } from '../support/test-database.js';

// Faults that only a database can have, put into the one of the test: the program meets them as they are.

/** What a database may answer, by the number or the code it has there. */
export type DatabaseErrorCodes = Readonly<Record<DatabaseKind, string>>;

/** Every customer that is stored takes two locks, each in another order than the one before, and at one moment. */
const CREATE_DEADLOCK_TRIGGER: Record<DatabaseKind, readonly string[]> = {
  postgres: [
    'create sequence turns',
    `create function cross_locks() returns trigger language plpgsql as $$
    declare
      turn bigint := nextval('turns') % 2;
      now numeric := extract(epoch from clock_timestamp());
    begin
      perform pg_advisory_xact_lock(turn);
      perform pg_sleep(ceil(now * 2 + 0.2) / 2 - now);
      perform pg_advisory_xact_lock(1 - turn);
      return new;
    end $$`,
    'create trigger cross_locks before insert on customers for each row execute function cross_locks()',
  ],
  mariadb: [
    'create sequence turns',
    'create table turnstiles (id int primary key, n int not null) engine=InnoDB',
    'insert into turnstiles (id, n) values (0, 0), (1, 0)',
    `create trigger cross_locks before insert on customers for each row
    begin
      declare turn int default nextval(turns) % 2;
      declare moment decimal(20, 6) default unix_timestamp(sysdate(6));
      update turnstiles set n = n + 1 where id = turn;
      set moment = sleep(ceil(moment * 2 + 0.2) / 2 - moment);
      update turnstiles set n = n + 1 where id = 1 - turn;
    end`,
  ],
};
const DROP_DEADLOCK_TRIGGER: Record<DatabaseKind, readonly string[]> = {
  postgres: ['drop trigger cross_locks on customers', 'drop function cross_locks', 'drop sequence turns'],
  mariadb: ['drop trigger cross_locks', 'drop table turnstiles', 'drop sequence turns'],
};

export const installDeadlockTrigger = (database: TestDatabase): Promise<void> =>
  executeAll(database, CREATE_DEADLOCK_TRIGGER[database.kind]);

export const removeDeadlockTrigger = (database: TestDatabase): Promise<void> =>
  executeAll(database, DROP_DEADLOCK_TRIGGER[database.kind]);

/** The next so many customers are refused with this SQLSTATE, or this error number. */
export async function failCustomerInserts(
  database: TestDatabase,
  refusal: DatabaseErrorCodes,
  times: number,
): Promise<void> {
  const why = 'denied: insert into customers of hunter2';
  const statements: Record<DatabaseKind, readonly string[]> = {
    postgres: [
      'create sequence refused',
      `create function refuse() returns trigger language plpgsql as $$
      begin
        if nextval('refused') <= ${times} then
          raise exception '${why}' using errcode = '${refusal.postgres}';
        end if;
        return new;
      end $$`,
      'create trigger refuse before insert on customers for each row execute function refuse()',
    ],
    mariadb: [
      'create sequence refused nocache',
      `create trigger refuse before insert on customers for each row
      begin
        if nextval(refused) <= ${times} then
          signal sqlstate '45000' set mysql_errno = ${refusal.mariadb}, message_text = '${why}';
        end if;
      end`,
    ],
  };
  await executeAll(database, statements[database.kind]);
}

/** How often it was tried. */
export async function stopFailingCustomerInserts(database: TestDatabase): Promise<number> {
  const isPostgres = database.kind === 'postgres';
  const sql = isPostgres ? 'select last_value as n from refused' : 'select nextval(refused) - 1 as n';
  const { rows } = await database.query<{ n: string }>(sql);
  const drop = isPostgres ? ['drop trigger refuse on customers', 'drop function refuse'] : ['drop trigger refuse'];
  await executeAll(database, [...drop, 'drop sequence refused']);
  return Number(rows[0]?.n);
}

async function executeAll(database: TestDatabase, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await database.query(sql);
}
