/** SQL Server accepts at most 2 100 values and 1 000 rows in one statement. */
const MAX_VALUES = 2_000;
const MAX_ROWS = 1_000;

export type InsertedRow = Readonly<Record<string, unknown>>;

interface InsertStatement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * Builds multi-row INSERTs with the same columns. Row counts are powers of two, so that only a few statement texts exist and
 * each is planned once.
 */
export function buildRowInserts(table: string, rows: readonly InsertedRow[]): InsertStatement[] {
  const columns = Object.keys(rows[0] ?? {});
  const placeholders = `(${columns.map(() => '?').join(', ')})`;
  const inserts: InsertStatement[] = [];
  for (let at = 0; at < rows.length; ) {
    const chunk = rows.slice(at, at + powerOfTwo(Math.min(rows.length - at, MAX_ROWS, MAX_VALUES / columns.length)));
    at += chunk.length;
    inserts.push({
      sql: `insert into ${table} (${columns.join(', ')}) values ${chunk.map(() => placeholders).join(', ')}`,
      values: chunk.flatMap((row) => columns.map((name) => row[name])),
    });
  }
  return inserts;
}

/** The largest power of two that does not exceed the number. */
const powerOfTwo = (limit: number): number => 2 ** Math.floor(Math.log2(limit));
