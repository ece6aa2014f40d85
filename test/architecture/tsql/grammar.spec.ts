import { describe, expect, it } from 'vitest';
import { findTsqlFaults } from './grammar.js';

describe('what SQL Server takes', () => {
  it.each([
    'select id as id from t where a = @0 order by id offset 0 rows fetch next 100 rows only',
    'select datediff_big(millisecond, 0, sysutcdatetime()) - datediff_big(millisecond, 0, 25567) as now_ms from t',
    'update t set a = case when b < @0 then 1 else b + 1 end where (x = @1 or y = @2) and z is null',
    'insert into t (a, b) values (@0, @1), (@2, @3)',
    'delete from t where id in (@0, @1) and not exists (select 1 from d where d.e = t.e)',
    'select coalesce(sum(case when hour > @0 then wrong else 0 end), 0) as day from t',
    "select a from t where b like @0 escape '\\'",
    'INSERT INTO "t"("a") OUTPUT INSERTED."id" VALUES (@0)',
    'CREATE UNIQUE INDEX "u" ON "t" ("e") WHERE e IS NOT NULL',
    'ALTER TABLE "t" ADD "c" datetime2(3)',
    'alter table t alter column a nvarchar(20) collate Latin1_General_BIN2 null',
    'DROP INDEX "u" ON "t"',
  ])('%s', (sql) => {
    expect(findTsqlFaults(sql)).toEqual([]);
  });

  it.each([
    ['selec 1', 'Expected'],
    ['select a from t order by a limit 1', 'LIMIT'],
    ['select a from t offset 0 rows fetch next 1 rows only', 'ORDER BY'],
    ['insert into t (a) values (1) on conflict (a) do update set a = 2', 'ON CONFLICT'],
    ['insert into t (a) values (1) on duplicate key update a = 2', 'ON CONFLICT'],
    ['insert into t (a) values (1) returning a', 'RETURNING'],
    ["select a || 'x' as b from t", 'StringConcat'],
    ['select a::int as b from t', 'CAST'],
    ['select now() as b from t', 'now'],
    ['select length(a) as b from t', 'length'],
    ['select greatest(a, b) as c from t', 'greatest'],
    ['select extract(epoch from a) as b from t', 'Extract'],
    ['select a from t for update', 'FOR UPDATE'],
    ['select a from t where b = true', 'TRUE'],
    ['select a from t where b is true', 'IsTrue'],
    ['select a from t where (b, c) < (@0, @1)', 'Tuple'],
    ['select a = b as c from t', 'Expected'],
    ['select exists (select 1 from t) as c', 'condition'],
    ['update t set a = (b is null)', 'condition'],
    ['select a from t order by a desc nulls last', 'NULLS'],
    ['select a from t where b ilike @0', 'ILike'],
    ['select key from t', 'reserved word key'],
    ['select a as plan from t', 'reserved word plan'],
    ['select a from user', 'reserved word user'],
  ])('not %s', (sql, fault) => {
    expect(findTsqlFaults(sql).join('; ')).toContain(fault);
  });
});
