import type { DataSource, QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from './data-source.js';
import type { Dialect } from './dialect.js';

const LOCK_NAME = 'foyer_migrations';
/** MySQL locks are global to the server, with names of at most 64 characters. */
const MYSQL_LOCK_NAME = `concat('${LOCK_NAME}.', sha1(database()))`;
const LOCK: Record<Dialect, readonly [string, string]> = {
  postgres: [
    `select pg_advisory_lock(hashtext('${LOCK_NAME}'))`,
    `select pg_advisory_unlock(hashtext('${LOCK_NAME}'))`,
  ],
  mysql: [`select get_lock(${MYSQL_LOCK_NAME}, 60)`, `select release_lock(${MYSQL_LOCK_NAME})`],
  mariadb: [`select get_lock(${MYSQL_LOCK_NAME}, 60)`, `select release_lock(${MYSQL_LOCK_NAME})`],
  mssql: [
    `exec sp_getapplock @Resource='${LOCK_NAME}', @LockMode='Exclusive', @LockOwner='Session', @LockTimeout=60000`,
    `exec sp_releaseapplock @Resource='${LOCK_NAME}', @LockOwner='Session'`,
  ],
};

export const SELECT_APPLIED_MIGRATIONS = `select name from ${MIGRATIONS_TABLE}`;

/** Whether another session holds the lock: `held` is greater than 0. */
export const MIGRATION_LOCK_HELD: Record<Dialect, string> = {
  postgres: `select count(*) as held from pg_locks
    where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and ((classid::bigint << 32) | objid::bigint) = hashtext('${LOCK_NAME}')::bigint`,
  mysql: `select is_used_lock(${MYSQL_LOCK_NAME}) is not null as held`,
  mariadb: `select is_used_lock(${MYSQL_LOCK_NAME}) is not null as held`,
  mssql: `select 1 - applock_test('public', '${LOCK_NAME}', 'Shared', 'Session') as held`,
};

/**
 * Migrates the schema and returns the names of the executed migrations. Safe to run on several replicas at once: a session
 * lock surrounds the run, because TypeORM itself takes none. Each migration runs in its own transaction.
 */
export async function migrate(source: DataSource): Promise<readonly string[]> {
  const [lock, unlock] = LOCK[source.options.type as Dialect];
  const runner = source.createQueryRunner();
  try {
    await runner.query(lock);
    const done = await source.runMigrations({ transaction: 'each' });
    return done.map((migration) => migration.name);
  } finally {
    await runner.query(unlock).catch(() => undefined);
    await runner.release();
  }
}

/** Migrations known to this program, and those not yet applied. */
export interface MigrationState {
  readonly known: number;
  readonly missing: number;
  /** Another process holds the migration lock. */
  readonly isRunning: boolean;
}

/** Read-only, and needs only SELECT privileges: TypeORM's own check creates the migrations table. */
export async function readMigrationState(source: DataSource): Promise<MigrationState> {
  const runner = source.createQueryRunner();
  try {
    const ran = (await runner.hasTable(MIGRATIONS_TABLE)) ? await runner.query(SELECT_APPLIED_MIGRATIONS) : [];
    const names = new Set((ran as readonly { readonly name: string }[]).map(({ name }) => name));
    const missing = source.migrations.filter((migration) => !names.has(migration.name ?? migration.constructor.name));
    const isRunning = missing.length > 0 && (await isMigrationLockHeld(runner));
    return { known: source.migrations.length, missing: missing.length, isRunning };
  } finally {
    await runner.release();
  }
}

/** True when migrations are pending. They must run before the process serves requests. */
export const hasPendingMigrations = async (source: DataSource): Promise<boolean> =>
  (await readMigrationState(source)).missing > 0;

/** Only a hint for the operator: if the lock cannot be queried, it is reported as free. */
async function isMigrationLockHeld(runner: QueryRunner): Promise<boolean> {
  const question = MIGRATION_LOCK_HELD[runner.connection.options.type as Dialect];
  const [row] = (await runner.query(question).catch(() => [])) as readonly { readonly held: unknown }[];
  return Number(row?.held ?? 0) > 0;
}
