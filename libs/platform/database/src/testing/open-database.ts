import type { UnitOfWork } from '#kernel';
import { SystemClock } from '#platform/async';
import type { FreshDatabase } from '../../../../../test/support/fresh-databases.js';
import { createDataSource, POOL_SIZE } from '../data-source.js';
import { Database } from '../database.js';
import { migrate } from '../migrate.js';
import type { Tables } from '../tables.js';
import { TypeOrmUnitOfWork } from '../typeorm-unit-of-work.js';

export interface OpenDatabase {
  readonly database: Database;
  readonly work: UnitOfWork;
  /** One connection pool for each replica; `database` is the first. */
  readonly replicas: readonly [Database, ...Database[]];
  drop(): Promise<void>;
}

/** Opens a new database with these tables for the given number of replicas. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
  tables: readonly Tables[],
  count = 1,
): Promise<OpenDatabase> {
  const { url, drop } = await fresh();
  const connect = async () => new Database(await createDataSource(url, tables).initialize());
  const [database, ...others] = await Promise.all([connect(), ...Array.from({ length: count - 1 }, connect)]);
  const replicas = [database, ...others] as const;
  await migrate(database.source);
  await openAllConnections(database);
  return {
    database,
    work: new TypeOrmUnitOfWork(database, new SystemClock()),
    replicas,
    async drop() {
      await Promise.all(replicas.map(({ source }) => source.destroy()));
      await drop();
    },
  };
}

/** Opens every connection of the pool: on a cold pool, races run one after the other. */
const openAllConnections = (database: Database) =>
  Promise.all(Array.from({ length: POOL_SIZE }, () => database.query('select 1')));
