import mysql from 'mysql2/promise';
import pg from 'pg';
import type { DatabaseKind } from './fresh-databases.js';

export interface QueryResult<Row> {
  readonly rows: Row[];
  /** Rows that were found or touched. */
  readonly rowCount: number;
}

/**
 * A test's own way into the database of a program: one connection, and another one when that is lost. SQL has `$1` for its
 * values and `"…"` for names; large integers come as text, as counts and sums do.
 */
export interface TestDatabase {
  readonly kind: DatabaseKind;
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** As a long transaction of somebody else would: nobody else may write there, or, `exclusive`, even read. */
  lock(table: string, how?: 'writes' | 'exclusive'): Promise<void>;
  unlock(): Promise<void>;
  end(): Promise<void>;
}

/** @param url as the program gets it */
export const connectTestDatabase = (url: string): TestDatabase =>
  url.startsWith('mysql:') ? connectMariaDb(url) : connectPostgres(url);

function connectPostgres(url: string): TestDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => {}); // it is dropped under us at the end
  return {
    kind: 'postgres',
    async query<Row extends object>(sql: string, values?: readonly unknown[]) {
      const { rows, rowCount } = await pool.query<Row>(sql, values && [...values]);
      return { rows, rowCount: rowCount ?? 0 };
    },
    async lock(table, how = 'exclusive') {
      await pool.query(`begin; lock table ${table} in ${how === 'writes' ? 'share' : 'access exclusive'} mode`);
    },
    unlock: async () => void (await pool.query('rollback')),
    end: () => pool.end(),
  };
}

function connectMariaDb(url: string): TestDatabase {
  const numbers = { supportBigNumbers: true, bigNumberStrings: true, timezone: 'Z' };
  const pool = mysql.createPool({ uri: url, connectionLimit: 1, maxIdle: 1, ...numbers });
  // Names as PostgreSQL and the standard quote them.
  pool.on('connection', (connection) => {
    connection.on('error', () => {});
    connection.query("set session sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')");
  });
  return {
    kind: 'mariadb',
    async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
      const used: unknown[] = [];
      const marked = sql.replaceAll(/\$(\d+)/g, (_, n: string) => {
        used.push(values[Number(n) - 1]);
        return '?';
      });
      const [result] = await pool.query(marked, used);
      if (Array.isArray(result)) return { rows: result as Row[], rowCount: result.length };
      return { rows: [], rowCount: result.affectedRows };
    },
    async lock(table, how = 'exclusive') {
      await pool.query(`lock tables ${table} ${how === 'writes' ? 'read' : 'write'}`);
    },
    unlock: async () => void (await pool.query('unlock tables')),
    end: () => pool.end(),
  };
}
