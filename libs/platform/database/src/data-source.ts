import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Dialect } from './dialect.js';
import { createMysqlDriver } from './mysql-driver.js';
import { SnakeNamingStrategy } from './snake-naming-strategy.js';
import type { Tables } from './tables.js';

/** Table with the names of the applied migrations. */
export const MIGRATIONS_TABLE = 'migrations';

/** Connections of one process. Five are optimal on two cores; PostgreSQL gains nothing beyond ten. */
export const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 3_000;
/** SQL Server's driver requires a number. */
const MIGRATION_TIMEOUT_MS = 600_000;

/**
 * Drivers wait forever for a silent peer by default; these options bound every wait of a request. `patient` is for migrations,
 * which may wait for another replica's.
 */
export function createDataSource(url: string, tables: readonly Tables[], isMigration = false): DataSource {
  const type = dialectOf(url);
  return new DataSource({
    ...commonOptions(url, type, tables),
    ...driverOptions(type, isMigration, new URL(url).searchParams),
  } as unknown as DataSourceOptions);
}

function commonOptions(address: string, dialect: Dialect, tables: readonly Tables[]) {
  const url = new URL(address);
  if (dialect === 'mssql') url.search = ''; // TypeORM would take the query for a part of the database name
  return {
    url: url.href,
    entities: tables.flatMap((table) => [...table.schemas(dialect)]),
    migrations: tables.flatMap((table) => [...table.migrations]),
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsRun: false,
    synchronize: false,
    logging: false,
    namingStrategy: new SnakeNamingStrategy(),
  };
}

function driverOptions(type: Dialect, isMigration: boolean, parameters: URLSearchParams): object {
  if (type === 'postgres') {
    const extra = isMigration ? {} : postgresTimeouts();
    return { type, poolSize: POOL_SIZE, extra, connectTimeoutMS: CONNECT_TIMEOUT_MS };
  }
  if (type === 'mssql') {
    const pool = { max: POOL_SIZE, min: 0, acquireTimeoutMillis: CONNECT_TIMEOUT_MS };
    return {
      type,
      pool,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: isMigration ? MIGRATION_TIMEOUT_MS : QUERY_TIMEOUT_MS,
      isolationLevel: 'READ COMMITTED',
      options: {
        encrypt: true,
        trustServerCertificate: parameters.get('trustServerCertificate') === 'true',
        useUTC: true,
        disableAsciiToUnicodeParamConversion: true,
      },
    };
  }
  return {
    type,
    driver: createMysqlDriver(isMigration ? undefined : { connectMs: CONNECT_TIMEOUT_MS, queryMs: QUERY_TIMEOUT_MS }),
    poolSize: POOL_SIZE,
    connectTimeout: CONNECT_TIMEOUT_MS,
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    charset: 'utf8mb4',
  };
}

/** PostgreSQL checks for deadlocks after one second of waiting. A lock timeout at the same moment would fail both sides. */
const LOCK_TIMEOUT_MS = 1_500;

const postgresTimeouts = () => ({
  query_timeout: QUERY_TIMEOUT_MS,
  statement_timeout: 2_500,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: 10_000,
  idleTimeoutMillis: 60_000,
  keepAlive: true,
});

function dialectOf(url: string): Dialect {
  const scheme = new URL(url).protocol.slice(0, -1);
  return scheme === 'postgresql' ? 'postgres' : (scheme as Dialect);
}
