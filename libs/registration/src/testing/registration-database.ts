import { UnitOfWork } from '#kernel';
import { createDataSource, Database, migrate, type Tables, TransactionConflict } from '#platform';
import { DATABASES, type FreshDatabase } from '../../../../test/support/databases.js';

export { DATABASES };

/** Runs a unit again after a conflict, as the program does. */
class RetryingUnitOfWork extends UnitOfWork {
  constructor(private readonly database: Database) {
    super();
  }

  override async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.inTransaction) return work();
    for (let tries = 1; ; tries++) {
      try {
        return await this.database.transaction(work);
      } catch (error) {
        if (!(error instanceof TransactionConflict) || tries === 3) throw error;
      }
    }
  }
}

/** A fresh database with these tables. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
  tables: readonly Tables[],
): Promise<{ readonly database: Database; readonly work: UnitOfWork; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const source = await createDataSource(url, tables).initialize();
  await migrate(source);
  const database = new Database(source);
  await warm(database);
  return { database, work: new RetryingUnitOfWork(database), drop: () => source.destroy().then(drop) };
}

/** Opens every connection of the pool: races on a cold one are run one after the other. */
const warm = (database: Database) => Promise.all(Array.from({ length: 10 }, () => database.query('select 1')));
