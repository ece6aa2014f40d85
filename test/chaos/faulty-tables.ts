import type pg from 'pg';

// Faults that only a database can have, put into the one of the test: the program meets them as they are.

/** Every customer that is stored takes two locks, each in another order than the one before, and at one moment. */
export async function deadlocksAmongCustomers(database: pg.Pool): Promise<void> {
  await database.query(`
    create sequence turns;
    create function cross_locks() returns trigger language plpgsql as $$
    declare
      turn bigint := nextval('turns') % 2;
      now numeric := extract(epoch from clock_timestamp());
    begin
      perform pg_advisory_xact_lock(turn);
      perform pg_sleep(ceil(now * 2 + 0.2) / 2 - now);
      perform pg_advisory_xact_lock(1 - turn);
      return new;
    end $$;
    create trigger cross_locks before insert on customers for each row execute function cross_locks();`);
}

export async function noMoreDeadlocks(database: pg.Pool): Promise<void> {
  await database.query('drop trigger cross_locks on customers; drop function cross_locks; drop sequence turns');
}

/** The next so many customers are refused with this SQLSTATE. */
export async function refuseCustomers(database: pg.Pool, sqlState: string, times: number): Promise<void> {
  await database.query(`
    create sequence refused;
    create function refuse() returns trigger language plpgsql as $$
    begin
      if nextval('refused') <= ${times} then
        raise exception 'refused: insert into customers of hunter2' using errcode = '${sqlState}';
      end if;
      return new;
    end $$;
    create trigger refuse before insert on customers for each row execute function refuse();`);
}

/** How often it was tried. */
export async function acceptCustomers(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ n: string }>('select last_value as n from refused');
  await database.query('drop trigger refuse on customers; drop function refuse; drop sequence refused');
  return Number(rows[0]?.n);
}
