import type { ColumnType, TableColumnOptions, ValueTransformer } from 'typeorm';

export type Dialect = 'postgres' | 'mysql' | 'mariadb' | 'mssql';

interface PortableType {
  readonly type: ColumnType;
  readonly transformer?: ValueTransformer;
  readonly length?: number;
  readonly precision?: number;
  readonly charset?: string;
  readonly collation?: string;
}
type ColumnKind = 'id' | 'hash' | 'instant' | 'name' | 'text' | 'json' | 'flag';

/** Where a database has no JSON of its own, it is text. */
const jsonText: ValueTransformer = {
  to: (value: unknown) => JSON.stringify(value),
  from: (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value),
};

const HASH: PortableType = { type: 'char', length: 64 };

/** Column types per database. Hashes and ids have a fixed length in ASCII, so no collation and no padding can merge two. */
const TYPES: Record<Dialect, Record<ColumnKind, PortableType>> = {
  postgres: {
    id: { type: 'uuid' },
    hash: HASH,
    instant: { type: 'timestamptz', precision: 3 },
    name: { type: 'varchar', length: 400 },
    text: { type: 'text' },
    json: { type: 'jsonb' },
    flag: { type: 'boolean' },
  },
  mysql: mysqlTypes(),
  mariadb: mysqlTypes(),
  mssql: {
    id: { type: 'char', length: 36 },
    hash: HASH,
    instant: { type: 'datetime2', precision: 3 },
    name: { type: 'nvarchar', length: 400 },
    text: { type: 'nvarchar', length: -1 },
    json: { type: 'nvarchar', length: -1, transformer: jsonText },
    flag: { type: 'bit' },
  },
};

function mysqlTypes(): Record<ColumnKind, PortableType> {
  return {
    id: { type: 'char', length: 36 },
    hash: HASH,
    instant: { type: 'datetime', precision: 3 },
    name: { type: 'varchar', length: 400 },
    text: { type: 'longtext' },
    json: { type: 'longtext', transformer: jsonText },
    flag: { type: 'boolean' },
  };
}

export const columnTypesFor = (dialect: Dialect): Record<ColumnKind, PortableType> => TYPES[dialect];

const CODE_POINT_COLLATIONS: Record<Dialect, Pick<PortableType, 'type' | 'charset' | 'collation'>> = {
  postgres: { type: 'varchar', collation: 'C' },
  mysql: { type: 'varchar', charset: 'utf8mb4', collation: 'utf8mb4_bin' },
  mariadb: { type: 'varchar', charset: 'utf8mb4', collation: 'utf8mb4_bin' },
  mssql: { type: 'nvarchar', collation: 'Latin1_General_BIN2' },
};

/** Text in canonical form, compared and sorted by its code points: what begins with the same letters stands together. */
export const codePointText = (dialect: Dialect, length: number): PortableType => ({
  ...CODE_POINT_COLLATIONS[dialect],
  length,
});

/** Makes a column that may be null another kind of text. Without a collation it gets the one of the database. */
export function alterTextColumn(dialect: Dialect, table: string, name: string, type: PortableType): string {
  const { charset, collation } = type;
  const text = `${String(type.type)}(${type.length})`;
  if (dialect === 'postgres')
    return `alter table ${table} alter ${name} type ${text} collate "${collation ?? 'default'}"`;
  const by = `${charset ? ` character set ${charset}` : ''}${collation ? ` collate ${collation}` : ''}`;
  return dialect === 'mssql'
    ? `alter table ${table} alter column ${name} ${text}${by} null`
    : `alter table ${table} modify ${name} ${text}${by} null`;
}

/** Milliseconds since 1970 by the database's own clock: leases of replicas whose clocks differ cannot be stolen. */
export const NOW_MS: Record<Dialect, string> = {
  postgres: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  mysql: 'cast(unix_timestamp(sysdate(3)) * 1000 as signed)',
  mariadb: 'cast(unix_timestamp(sysdate(3)) * 1000 as signed)',
  mssql: 'datediff_big(millisecond, 0, sysutcdatetime()) - datediff_big(millisecond, 0, 25567)',
};

/**
 * `column = ?`, where the order begins with that column, too. PostgreSQL would leave a column out of an order that it knows to
 * be one value, and walk all rows in the order of the others when it believes that many of them fit.
 */
export const leadingEquals = (dialect: Dialect, name: string): string =>
  dialect === 'postgres' ? `${name} = any(array[?])` : `${name} = ?`;

/** `first(100)` behind a SELECT that has an ORDER BY. */
export const limitClause = (dialect: Dialect, rows: number): string =>
  dialect === 'mssql' ? `offset 0 rows fetch next ${rows} rows only` : `limit ${rows}`;

/**
 * Behind an INSERT: the change to make instead where this key is there already, in the same statement. Undefined for SQL
 * Server, whose MERGE is not safe for it.
 */
export function upsertClause(dialect: Dialect, key: string, change: string): string | undefined {
  if (dialect === 'mssql') return undefined;
  return dialect === 'postgres' ? `on conflict (${key}) do update set ${change}` : `on duplicate key update ${change}`;
}

/** A column of a migration. */
export function migrationColumn(
  name: string,
  type: PortableType,
  extra: Partial<TableColumnOptions> = {},
): TableColumnOptions {
  return {
    name,
    type: String(type.type),
    ...(type.length === undefined ? {} : { length: type.length < 0 ? 'max' : String(type.length) }),
    ...(type.precision === undefined ? {} : { precision: type.precision }),
    ...(type.charset === undefined ? {} : { charset: type.charset }),
    ...(type.collation === undefined ? {} : { collation: type.collation }),
    ...extra,
  };
}
