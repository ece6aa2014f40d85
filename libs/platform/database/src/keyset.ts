import type { PagePosition } from '#kernel';
import type { Sql } from './database.js';

/**
 * Behind a place, in the order of two columns. Said with the first column alone once more, because databases without
 * comparisons of rows find the start in an index by that.
 */
export const keysetAfter = (place: PagePosition, at: string, id = 'id'): Sql => ({
  sql: `${at} >= ? and (${at} > ? or ${id} > ?)`,
  values: [place.at, place.at, place.id],
});
