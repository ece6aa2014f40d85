import { createDataSource, Database, migrate } from '#platform';
import type { FreshDatabase } from '../../../../test/support/databases.js';
import { inboxTables } from '../inbox/tables.js';

/** The inbox of a fresh database, as several replicas see it. */
export async function openInbox(
  fresh: () => Promise<FreshDatabase>,
  replicas: number,
): Promise<{ readonly databases: readonly Database[]; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const sources = await Promise.all(
    Array.from({ length: replicas }, () => createDataSource(url, [inboxTables]).initialize()),
  );
  const databases = sources.map((source) => new Database(source));
  for (const source of sources.slice(0, 1)) await migrate(source);
  await databases[0]?.execute('create table effects (name varchar(64))');
  return {
    databases,
    async drop() {
      await Promise.all(sources.map((source) => source.destroy()));
      await drop();
    },
  };
}
