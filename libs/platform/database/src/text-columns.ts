import type { Database } from './database.js';
import type { Dialect } from './dialect.js';

export interface TextColumn {
  readonly table: string;
  readonly column: string;
}

const CURRENT_SCHEMA: Readonly<Record<Dialect, string>> = {
  postgres: 'current_schema()',
  mysql: 'database()',
  mariadb: 'database()',
  mssql: 'schema_name()',
};
const TEXT_TYPE = /char|text|json|xml/i;
const CAST_TYPE: Readonly<Record<Dialect, string>> = {
  postgres: 'text',
  mysql: 'char',
  mariadb: 'char',
  mssql: 'nvarchar(max)',
};

/** Every column that holds text of any kind, in every table. */
export async function listTextColumns(database: Database): Promise<readonly TextColumn[]> {
  const rows = await database.query<{ readonly tab: string; readonly col: string; readonly typ: string }>(
    `select c.table_name as tab, c.column_name as col, c.data_type as typ from information_schema.columns c
      join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
      where c.table_schema = ${CURRENT_SCHEMA[database.dialect]} and t.table_type = 'BASE TABLE'
      order by c.table_name, c.column_name`,
  );
  return rows.filter(({ typ }) => TEXT_TYPE.test(typ)).map(({ tab, col }) => ({ table: tab, column: col }));
}

/** Counts the rows whose column contains the text, ignoring case. */
export async function countRowsContaining(
  database: Database,
  { table, column }: TextColumn,
  text: string,
): Promise<number> {
  const [row] = await database.query<{ readonly n: number | string }>(
    `select count(*) as n from ${table} where lower(cast(${column} as ${CAST_TYPE[database.dialect]})) like ? escape '!'`,
    [`%${text.toLowerCase().replaceAll(/[!%_[]/g, '!$&')}%`],
  );
  return Number(row?.n ?? 0);
}
