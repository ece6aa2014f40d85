import { type Database, limitClause } from '#platform/database';

const BATCH_SIZE = 1_000;
const MAX_BATCHES = 1_000;

/** Deletes rows in small batches, so that locks are short. `key` identifies a row; the condition has `?` for its values. */
export async function purgeRows(
  database: Database,
  table: string,
  key: string,
  condition: string,
  values: readonly unknown[],
): Promise<number> {
  const find = `select ${key} as found from ${table} where (${condition}) order by ${key} ${limitClause(database.dialect, BATCH_SIZE)}`;
  let purged = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const rows = await database.query<{ found: unknown }>(find, values);
    if (rows.length === 0) break;
    const marks = rows.map(() => '?').join(', ');
    // Repeats the condition: a row may have changed since it was found.
    purged += await database.execute(`delete from ${table} where ${key} in (${marks}) and (${condition})`, [
      ...rows.map(({ found }) => found),
      ...values,
    ]);
    if (rows.length < BATCH_SIZE) break;
  }
  return purged;
}
