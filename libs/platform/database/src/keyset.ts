import type { PagePosition } from '#kernel';
import type { Sql } from './database.js';

/**
 * Condition for rows after a position in the order of two columns. The first column is repeated alone, because databases
 * without row comparisons need it to find the start in an index.
 */
export const keysetAfter = (place: PagePosition, at: string, id = 'id'): Sql => ({
  sql: `${at} >= ? and (${at} > ? or ${id} > ?)`,
  values: [place.at, place.at, place.id],
});
