import type { Sql } from './database.js';

/** Joins fragments with a separator and concatenates their values. */
export const joinSql = (parts: readonly Sql[], separator: string): Sql => ({
  sql: parts.map(({ sql }) => sql).join(separator),
  values: parts.flatMap(({ values }) => values),
});

/** Wraps a fragment in two texts that have no values. */
export const wrapSql = (before: string, { sql, values }: Sql, behind = ''): Sql => ({
  sql: before + sql + behind,
  values,
});

/** Joins all conditions with AND; true when there are none. */
export const andConditions = (conditions: readonly Sql[]): Sql =>
  joinSql([{ sql: '1 = 1', values: [] }, ...conditions], ' and ');
