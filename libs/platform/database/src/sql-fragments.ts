import type { Sql } from './database.js';

/** `a and b`, with the values of both. */
export const joinSql = (parts: readonly Sql[], separator: string): Sql => ({
  sql: parts.map(({ sql }) => sql).join(separator),
  values: parts.flatMap(({ values }) => values),
});

/** A part between two texts that have no values. */
export const wrapSql = (before: string, { sql, values }: Sql, behind = ''): Sql => ({
  sql: before + sql + behind,
  values,
});

/** Every condition; true when there is none. */
export const andConditions = (conditions: readonly Sql[]): Sql =>
  joinSql([{ sql: '1 = 1', values: [] }, ...conditions], ' and ');
