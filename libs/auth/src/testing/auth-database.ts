import { createDataSource, Database, migrate } from '#platform';
import { auditTables } from '#platform/module';
import { DATABASES, type FreshDatabase } from '../../../../test/support/databases.js';
import { authTables } from '../adapters/typeorm/tables.js';

export { DATABASES };

/** A fresh database with the tables of this module. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
): Promise<{ readonly database: Database; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const source = await createDataSource(url, [auditTables, authTables]).initialize();
  await migrate(source);
  const database = new Database(source);
  await warm(database);
  return { database, drop: () => source.destroy().then(drop) };
}

/** Opens every connection of the pool: races on a cold one are run one after the other. */
const warm = (database: Database) => Promise.all(Array.from({ length: 10 }, () => database.query('select 1')));
