import pg from 'pg';

const NO_SUCH_DATABASE = '3D000';

/** Checks that the server accepts the password, and creates the database if it does not exist. */
export async function ensureDatabase(urlOf: (database: string) => string, name: string): Promise<void> {
  try {
    await withClient(urlOf(name), async () => {});
  } catch (error) {
    if ((error as { code?: string }).code !== NO_SUCH_DATABASE) throw error;
    await withClient(urlOf('postgres'), (client) => client.query(`create database ${client.escapeIdentifier(name)}`));
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  client.on('error', () => {}); // an unhandled error would end this process if the server dies; the pending call rejects anyway
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}
