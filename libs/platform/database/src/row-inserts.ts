/** SQL Server takes 2 100 values in one statement, and 1 000 rows. */
const MOST_VALUES = 2_000;
const MOST_ROWS = 1_000;

export type InsertedRow = Readonly<Record<string, unknown>>;

interface InsertOfRows {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/**
 * INSERTs of many rows each, the same columns in all. Their numbers of rows are powers of two: a handful of texts, each planned
 * once.
 */
export function rowInserts(table: string, rows: readonly InsertedRow[]): InsertOfRows[] {
  const columns = Object.keys(rows[0] ?? {});
  const marks = `(${columns.map(() => '?').join(', ')})`;
  const inserts: InsertOfRows[] = [];
  for (let at = 0; at < rows.length; ) {
    const some = rows.slice(at, at + powerOfTwo(Math.min(rows.length - at, MOST_ROWS, MOST_VALUES / columns.length)));
    at += some.length;
    inserts.push({
      sql: `insert into ${table} (${columns.join(', ')}) values ${some.map(() => marks).join(', ')}`,
      values: some.flatMap((row) => columns.map((name) => row[name])),
    });
  }
  return inserts;
}

/** The largest that is not beyond this number. */
const powerOfTwo = (most: number): number => 2 ** Math.floor(Math.log2(most));
