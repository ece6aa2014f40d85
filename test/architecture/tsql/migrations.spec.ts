import type { DataSource, EntityMetadata } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { MIGRATION_LOCK_HELD, SELECT_APPLIED_MIGRATIONS } from '../../../libs/platform/database/src/migrate.js';
import { findTsqlFaults } from './grammar.js';
import { createMssqlDataSource, migrationStatements } from './recording-database.js';

let source: DataSource;
let statements: { up: string[]; down: string[] };
beforeAll(async () => {
  source = await createMssqlDataSource();
  statements = await migrationStatements(source);
});

const wrong = (list: readonly string[]) =>
  list.flatMap((sql) => findTsqlFaults(sql).map((fault) => `${fault}: ${sql}`));
const bytesOf = (type: unknown, length: string): number =>
  ({ bigint: 8, int: 4, bit: 1, datetime2: 8 })[String(type)] ??
  Number(length === 'max' ? 10_000 : length) * (String(type).startsWith('n') ? 2 : 1);

describe('the migrations as SQL Server gets them', () => {
  it('are T-SQL, the way up and the way down', () => {
    expect(statements.up.length).toBeGreaterThan(15);
    expect(statements.down.length).toBeGreaterThan(10);
    expect(wrong([...statements.up, ...statements.down])).toEqual([]);
  });

  it('are asked for in T-SQL: which have run, and whether somebody is at it [AC-85]', () => {
    expect(wrong([SELECT_APPLIED_MIGRATIONS, MIGRATION_LOCK_HELD.mssql])).toEqual([]);
  });

  it('can be undone: what was made is dropped, and nothing else', () => {
    const made = statements.up.flatMap((sql) => /^CREATE TABLE "(\w+)"/.exec(sql)?.[1] ?? []);
    const gone = statements.down.flatMap((sql) => /^DROP TABLE "(\w+)"/.exec(sql)?.[1] ?? []);
    expect(made.length).toBeGreaterThan(8);
    expect([...gone].sort()).toEqual([...made].sort());
  });

  it('name nothing in more than 63 characters', () => {
    const names = statements.up.flatMap((sql) => [...sql.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? ''));
    expect(names.filter((name) => name.length > 63)).toEqual([]);
  });

  it('use types that keep what is put into them, and can be compared', () => {
    const types = new Set(
      statements.up.flatMap((sql) =>
        [...sql.matchAll(/"\w+" ([a-z0-9]+(?:\([^)]*\))?)/g)].map(([, type]) => type ?? ''),
      ),
    );
    const kinds = /^(n?varchar\((\d+|max)\)|char\(\d+\)|int|bigint|bit|datetime2\(3\))$/;
    expect([...types].filter((type) => !kinds.test(type))).toEqual([]);
    expect([...types].join(' ')).not.toMatch(/datetime\b|datetimeoffset|uniqueidentifier|\btext\b/);
  });
});

describe('the schemas as the driver of SQL Server reads them', () => {
  const keys = ({ primaryColumns, indices, uniques }: EntityMetadata) => [
    { name: 'primary key', columns: primaryColumns, most: 900, isUnique: false, where: undefined },
    ...indices.map(({ name, columns, isUnique, where }) => ({ name, columns, most: 1_700, isUnique, where })),
    ...uniques.map(({ name, columns }) => ({ name, columns, most: 1_700, isUnique: true, where: undefined })),
  ];

  it('are all there', () => {
    expect(source.entityMetadatas.length).toBeGreaterThan(3);
  });

  it('have no key that is too wide for an index', () => {
    const wide = source.entityMetadatas.flatMap((metadata) =>
      keys(metadata)
        .filter(({ columns, most }) => columns.reduce((sum, one) => sum + bytesOf(one.type, one.length), 0) > most)
        .map(({ name }) => `${metadata.tableName}: ${name}`),
    );
    expect(wide).toEqual([]);
  });

  it('ST-I1 let many rows have none of what is unique: SQL Server takes two nulls for the same value', () => {
    const plain = source.entityMetadatas.flatMap((metadata) =>
      keys(metadata)
        .filter(({ isUnique, columns, where }) => isUnique && columns.some((one) => one.isNullable) && !where)
        .map(({ name }) => `${metadata.tableName}: ${name}`),
    );
    expect(plain).toEqual([]);
  });

  it('keep what people write in Unicode', () => {
    const written = ['firstName', 'lastName', 'attributes'];
    const columns = source.getMetadata('customers').columns.filter((one) => written.includes(one.propertyName));
    expect(columns.map(({ type }) => type)).toEqual(written.map(() => 'nvarchar'));
  });
});
