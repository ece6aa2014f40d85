import type { UnitOfWork } from '#kernel';
import { createDataSource, Database, migrate } from '#platform';
import { DATABASES, type FreshDatabase } from '../../../../test/support/databases.js';
import { SealedDocuments } from '../adapters/crypto/sealed-documents.js';
import { customersTables } from '../adapters/typeorm/tables.js';
import { RetryingUnitOfWork } from './retrying-unit-of-work.js';

export { DATABASES };

export const DOCUMENTS = new SealedDocuments({
  identifier: [{ kid: '0', secret: 'a secret of the tests, long enough for all' }],
});

/** A fresh database with the tables of this module. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
): Promise<{ readonly database: Database; readonly work: UnitOfWork; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const source = await createDataSource(url, [customersTables]).initialize();
  await migrate(source);
  const database = new Database(source);
  await warm(database);
  return { database, work: new RetryingUnitOfWork(database), drop: () => source.destroy().then(drop) };
}

/** Opens every connection of the pool: races on a cold one are run one after the other. */
const warm = (database: Database) => Promise.all(Array.from({ length: 10 }, () => database.query('select 1')));
