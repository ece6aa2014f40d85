import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { purgeRows } from '#platform/jobs';
import { placeholderList } from './chunks.js';
import { POOL_SIZE } from './data-source.js';
import { databaseContract } from './database.contract.js';
import type { Database } from './database.js';
import type { Dialect } from './dialect.js';
import { DATABASES } from './testing/index.js';
import { openSampleDatabase } from './testing/open-sample-database.js';

const MYSQL = { id: 'select connection_id() as id', kill: (id: number) => `kill ${id}`, sleep: 'select sleep(10)' };
const SESSIONS: Record<Dialect, typeof MYSQL> = {
  postgres: {
    id: 'select pg_backend_pid() as id',
    kill: (id) => `select pg_terminate_backend(${id})`,
    sleep: 'select pg_sleep(10)',
  },
  mysql: MYSQL,
  mariadb: MYSQL,
  mssql: { id: 'select @@spid as id', kill: (id) => `kill ${id}`, sleep: "waitfor delay '00:00:10'" },
};

for (const [name, fresh] of DATABASES)
  databaseContract(name, async () => {
    const opened = await openSampleDatabase(fresh);
    const [, elsewhere] = opened.replicas;
    return {
      ...opened,
      async killConnectionOf(database) {
        const { id, kill } = SESSIONS[database.dialect];
        const [row] = await database.query<{ id: number | string }>(id);
        await elsewhere.query(kill(Number(row?.id)));
        await sleep(50);
      },
    };
  });

describe.each(DATABASES)('purgeRows on %s', (_, fresh) => {
  let opened: Awaited<ReturnType<typeof openSampleDatabase>>;
  let database: Database;
  beforeAll(async () => {
    opened = await openSampleDatabase(fresh);
    [database] = opened.replicas;
  });
  afterAll(() => opened.drop());

  it('deletes all expired rows in batches, and nothing else', async () => {
    const values = Array.from({ length: 2_500 }, (_row, n) => `(${n}, ${n < 2_300 ? 1 : 9})`).join(', ');
    await database.execute(`insert into things (id, n) values ${values}`);
    expect(await purgeRows(database, 'things', 'id', 'n < ?', [5])).toBe(2_300);
    expect(await purgeRows(database, 'things', 'id', 'n < ?', [5])).toBe(0);
    expect(await database.query('select id as id from things')).toHaveLength(200);
  });

  it('is safe on several replicas at once', async () => {
    await database.execute('delete from things');
    const values = Array.from({ length: 2_000 }, (_row, n) => `(${n}, 1)`).join(', ');
    await database.execute(`insert into things (id, n) values ${values}`);
    const swept = await Promise.all(opened.replicas.map((replica) => purgeRows(replica, 'things', 'id', 'n < ?', [5])));
    expect(swept.reduce((sum, count) => sum + count, 0)).toBe(2_000);
  });
});

describe.each(DATABASES.filter(([name]) => name === 'PostgreSQL'))('cached plans on %s', (_, fresh) => {
  let opened: Awaited<ReturnType<typeof openSampleDatabase>>;
  beforeAll(async () => {
    opened = await openSampleDatabase(fresh);
  });
  afterAll(() => opened.drop());

  it('finds a list of values by the index, although the table was small at the first query', async () => {
    const [database] = opened.replicas;
    const ids = Array.from({ length: 128 }, (_, n) => n);
    const find = () => database.query(`select id as id from things where id in (${placeholderList(ids)})`, ids);
    const read = async () => {
      const sql = `select seq_tup_read as rows from pg_stat_xact_user_tables where relname = 'things'`;
      return Number((await database.query<{ rows: string }>(sql))[0]?.rows);
    };
    const fill = (from: number, to: number) =>
      database.execute(
        `insert into things (id, n, name) select g, 0, repeat('x', 100) from generate_series(${from}, ${to}) g`,
      );
    await fill(1, 5);
    await database.execute('analyze things');
    await database.runInTransaction(async () => {
      for (let times = 0; times < 10; times++) await find();
      await fill(6, 100_000);
      const before = await read();
      expect(await find()).toHaveLength(127);
      expect((await read()) - before).toBe(0);
    });
  });
});

describe.each(DATABASES)('timeouts on %s [M9]', (_, fresh) => {
  let opened: Awaited<ReturnType<typeof openSampleDatabase>>;
  let database: Database;
  beforeAll(async () => {
    opened = await openSampleDatabase(fresh);
    [database] = opened.replicas;
    await database.execute('insert into things (id, n) values (1, 0)');
  });
  afterAll(() => opened.drop());

  const timed = async (work: Promise<unknown>) => {
    const start = performance.now();
    const error = await work.then(
      () => 'done',
      (reason: unknown) => reason,
    );
    return { error, ms: performance.now() - start };
  };

  it('throws Unavailable after the timeout of a statement, a connection and a lock [FM-D3, FM-D5, FM-D6]', async () => {
    const [held, elsewhere] = opened.replicas;
    const holding = held.runInTransaction(async () => {
      await held.execute('update things set n = 1 where id = 1');
      await sleep(3_500);
    });
    const slow = timed(elsewhere.query(SESSIONS[elsewhere.dialect].sleep));
    const others = Array.from({ length: POOL_SIZE - 1 }, () => held.runInTransaction(() => sleep(3_500)));
    await sleep(100);
    const locked = timed(elsewhere.execute('update things set n = 2 where id = 1'));
    const crowded = timed(held.query('select 1'));
    const [statement, lock, connection] = await Promise.all([slow, locked, crowded]);
    for (const { error } of [statement, lock, connection]) expect(error).toBeInstanceOf(Unavailable);
    expect(statement.ms).toBeLessThan(3_300);
    // MySQL counts whole seconds; SQL Server ends the statement, not the wait.
    expect(lock.ms).toBeLessThan({ postgres: 2_000, mysql: 2_700, mariadb: 2_700, mssql: 3_300 }[elsewhere.dialect]);
    expect(connection.ms).toBeLessThan(2_500);
    await Promise.all([holding, ...others]);
    expect(await held.query('select n as n from things')).toEqual([{ n: 1 }]);
  });
});
