import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../../dist/libs/platform/embedded-postgres/src/embedded-postgres.js';

/** The same embedded PostgreSQL, with the same settings, that the program has. */
export async function openDatabase() {
  const embedded = await startEmbeddedPostgres({ dataDir: path.join(process.env.BENCH_FOLDER, 'postgres') });
  const pool = new pg.Pool({ connectionString: embedded.url(), max: 10 });
  const close = async () => {
    await pool.end();
    await embedded.stop();
  };
  return { pool, close, databasePid: embedded.pid };
}
