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

/** Databases without a JSON type store JSON as text. */
const jsonText: ValueTransformer = {
  to: (value: unknown) => JSON.stringify(value),
  from: (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value),
};

const HASH: PortableType = { type: 'char', length: 64 };

/**
 * Column types by database. Hashes and ids are fixed-length ASCII, so that neither collation nor padding can make two of them
 * equal.
 */
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

/** Canonical text, compared and sorted by code points: texts with the same prefix are adjacent. */
export const codePointText = (dialect: Dialect, length: number): PortableType => ({
  ...CODE_POINT_COLLATIONS[dialect],
  length,
});

/** Changes the text type of a nullable column. Without a collation, the column gets the database's default. */
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

/** Milliseconds since 1970 by the database's clock: replicas with different clocks cannot steal each other's leases. */
export const NOW_MS: Record<Dialect, string> = {
  postgres: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  mysql: 'cast(unix_timestamp(sysdate(3)) * 1000 as signed)',
  mariadb: 'cast(unix_timestamp(sysdate(3)) * 1000 as signed)',
  mssql: 'datediff_big(millisecond, 0, sysutcdatetime()) - datediff_big(millisecond, 0, 25567)',
};

/**
 * `column = ?` for a column that also leads the ORDER BY. PostgreSQL would remove a column with one known value from the
 * order, and scan all rows in the order of the remaining columns when it expects many matches.
 */
export const leadingEquals = (dialect: Dialect, name: string): string =>
  dialect === 'postgres' ? `${name} = any(array[?])` : `${name} = ?`;

/** Limits a SELECT that has an ORDER BY. */
export const limitClause = (dialect: Dialect, rows: number): string =>
  dialect === 'mssql' ? `offset 0 rows fetch next ${rows} rows only` : `limit ${rows}`;

/**
 * Appended to an INSERT: the update to apply instead when the key exists, in the same statement. Undefined for SQL Server,
 * whose MERGE is not safe under concurrency.
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
