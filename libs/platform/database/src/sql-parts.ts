import type { Sql } from './database.js';

/** `a and b`, with the values of both. */
export const joined = (parts: readonly Sql[], by: string): Sql => ({
  sql: parts.map(({ sql }) => sql).join(by),
  values: parts.flatMap(({ values }) => values),
});

/** A part between two texts that have no values. */
export const enclosed = (before: string, { sql, values }: Sql, behind = ''): Sql => ({
  sql: before + sql + behind,
  values,
});

/** Every condition; true when there is none. */
export const all = (conditions: readonly Sql[]): Sql => joined([{ sql: '1 = 1', values: [] }, ...conditions], ' and ');
