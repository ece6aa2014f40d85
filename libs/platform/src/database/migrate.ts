import type { DataSource } from 'typeorm';
import type { Dialect } from './dialect.js';

const NAME = 'foyer_migrations';
const LOCK: Record<Dialect, readonly [string, string]> = {
  postgres: [`select pg_advisory_lock(hashtext('${NAME}'))`, `select pg_advisory_unlock(hashtext('${NAME}'))`],
  mysql: [`select get_lock('${NAME}', 60)`, `select release_lock('${NAME}')`],
  mariadb: [`select get_lock('${NAME}', 60)`, `select release_lock('${NAME}')`],
  mssql: [
    `exec sp_getapplock @Resource='${NAME}', @LockMode='Exclusive', @LockOwner='Session', @LockTimeout=60000`,
    `exec sp_releaseapplock @Resource='${NAME}', @LockOwner='Session'`,
  ],
};

/**
 * Brings the schema up to date and returns the names of the migrations that ran. Safe to start from many replicas at once:
 * TypeORM itself takes no lock, so a lock of the session stands around it. Each migration is its own transaction.
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

/** True when this program knows migrations that the database has not seen; they must run before requests are served. */
export const hasPendingMigrations = (source: DataSource): Promise<boolean> => source.showMigrations();
