import { DATABASES, type FreshDatabase } from '../../../../test/support/databases.js';
import { createDataSource } from '../database/data-source.js';
import { Database } from '../database/database.js';
import { typesFor } from '../database/dialect.js';

export { DATABASES };

/** A fresh database with the table `things`, over two pools. */
export async function openDatabase(
  fresh: () => Promise<FreshDatabase>,
): Promise<{ readonly replicas: readonly [Database, Database]; drop(): Promise<void> }> {
  const { url, drop } = await fresh();
  const connect = async () => new Database(await createDataSource(url, []).initialize());
  const [one, other] = await Promise.all([connect(), connect()]);
  const { type, precision } = typesFor(one.dialect).instant;
  const at = `${String(type)}(${precision})`;
  await one.execute(
    `create table things (id int primary key, n int not null, name ${one.dialect === 'mssql' ? 'nvarchar' : 'varchar'}(100), at ${at})`,
  );
  return {
    replicas: [one, other],
    async drop() {
      await Promise.all([one, other].map(({ source }) => source.destroy()));
      await drop();
    },
  };
}
