import path from 'node:path';
import pg from 'pg';

/** A connection to the embedded database of a running program. */
export async function connectTo({ home }) {
  const { startEmbeddedPostgres } = await import(
    '../../../dist/libs/platform/embedded-postgres/src/embedded-postgres.js'
  );
  const server = await startEmbeddedPostgres({ dataDir: path.join(home.folder, 'data', 'postgres') });
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  const close = async () => {
    await client.end();
    await server.stop();
  };
  return { client, close };
}
