import { randomUUID } from 'node:crypto';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createDataSource } from '../../libs/platform/database/src/data-source.js';
import { requireService } from './shared-service.js';

export interface FreshDatabase {
  readonly url: string;
  /** Drops it, whoever is still connected. Calling it again is harmless. */
  drop(): Promise<void>;
}

/** What black-box suites run on. */
export type DatabaseKind = 'postgres' | 'mariadb';

/** By `TEST_DATABASE`; PostgreSQL unless it says otherwise. */
export const TEST_DATABASE: DatabaseKind = parseDatabaseKind(process.env['TEST_DATABASE'] || 'postgres');

function parseDatabaseKind(name: string): DatabaseKind {
  if (name === 'postgres' || name === 'mariadb') return name;
  throw new Error(`TEST_DATABASE is postgres or mariadb, not ${name}`);
}

/** An empty database of your own, on the server that this run is about. */
export const freshDatabase = (): Promise<FreshDatabase> =>
  TEST_DATABASE === 'mariadb' ? freshMariaDatabase() : freshPostgresDatabase();

const randomName = (): string => `foyer_test_${randomUUID().replaceAll('-', '')}`;

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** An empty PostgreSQL database of your own; made in 0.1 to 0.3 s. */
export async function freshPostgresDatabase(): Promise<FreshDatabase> {
  const { url } = await requireService('postgres');
  const name = randomName();
  await postgres(url, `create database ${name}`);
  return {
    url: withDatabase(url, name),
    drop: () => postgres(url, `drop database if exists ${name} with (force)`),
  };
}

async function postgres(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty MariaDB database of your own, in utf8mb4; its URL begins with `mysql://`. */
export async function freshMariaDatabase(): Promise<FreshDatabase> {
  const { url } = await requireService('mariadb');
  const name = randomName();
  await mariaDb(url, `create database ${name} character set utf8mb4`);
  return {
    url: withDatabase(url, name),
    drop: () => dropMariaDatabase(url, name),
  };
}

/** An empty SQL Server database of your own, on the server of `TEST_MSSQL_URL`. Times and text are compared as usual there. */
export async function freshMssqlDatabase(): Promise<FreshDatabase> {
  const server = process.env['TEST_MSSQL_URL'] ?? '';
  const name = randomName();
  await mssql(server, `create database ${name}`);
  await mssql(server, `alter database ${name} set read_committed_snapshot on`);
  const drop = `if db_id('${name}') is not null begin
    alter database ${name} set single_user with rollback immediate; drop database ${name}; end`;
  return { url: withDatabase(server, name), drop: () => mssql(server, drop) };
}

async function mssql(url: string, statement: string): Promise<void> {
  const source = await createDataSource(url, [], true).initialize();
  try {
    await source.query(statement);
  } finally {
    await source.destroy();
  }
}

/** Where contract suites run. SQL Server is among them when `TEST_MSSQL_URL` names one. */
export const DATABASES: readonly (readonly [string, () => Promise<FreshDatabase>])[] = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
  ...(process.env['TEST_MSSQL_URL'] ? [['SQL Server', freshMssqlDatabase] as const] : []),
];

// MariaDB knows no "with (force)": whoever still holds a lock in there has to go first
async function dropMariaDatabase(url: string, name: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'select id from information_schema.processlist where db = ?',
      [name],
    );
    for (const row of rows) await connection.query(`kill ${Number(row['id'])}`).catch(() => {});
    await connection.query(`drop database if exists ${name}`);
  } finally {
    await connection.end();
  }
}

async function mariaDb(url: string, statement: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}
