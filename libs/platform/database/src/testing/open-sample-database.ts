import type { FreshDatabase } from '../../../../../test/support/fresh-databases.js';
import type { Database } from '../database.js';
import { columnTypesFor, type Dialect } from '../dialect.js';
import { openDatabase } from './open-database.js';

/** Opens a new database with the table `things` for two replicas. */
export async function openSampleDatabase(fresh: () => Promise<FreshDatabase>) {
  const opened = await openDatabase(fresh, [], 2);
  await opened.database.execute(createTableSql(opened.database.dialect));
  return { ...opened, replicas: opened.replicas as readonly [Database, Database] };
}

function createTableSql(dialect: Dialect): string {
  const { type, precision } = columnTypesFor(dialect).instant;
  const text = dialect === 'mssql' ? 'nvarchar' : 'varchar';
  return `create table things (id int primary key, n int not null, name ${text}(100), at ${String(type)}(${precision}))`;
}
