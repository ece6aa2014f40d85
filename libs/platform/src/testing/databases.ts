import { type FreshDatabase, freshMariaDatabase, freshPostgresDatabase } from '../../../../test/support/databases.js';
import { createDataSource } from '../database/data-source.js';
import { Database } from '../database/database.js';

export const DATABASES: readonly (readonly [string, () => Promise<FreshDatabase>])[] = [
  ['PostgreSQL', freshPostgresDatabase],
  ['MariaDB', freshMariaDatabase],
];

/** A fresh database with the table `things`, over two pools. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
): Promise<{ readonly replicas: readonly [Database, Database]; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const connect = async () => new Database(await createDataSource(url, []).initialize());
  const [one, other] = await Promise.all([connect(), connect()]);
  const at = one.dialect === 'postgres' ? 'timestamptz(3)' : 'datetime(3)';
  await one.execute(`create table things (id int primary key, n int not null, name varchar(100), at ${at})`);
  return {
    replicas: [one, other],
    async drop() {
      await Promise.all([one, other].map(({ source }) => source.destroy()));
      await drop();
    },
  };
}
