import { prefixUpperBound, type Sql } from '#platform/database';
import { foldName } from './search-columns.js';

const ASCII_TEXT = /^[\x21-\x7e]+$/;
const PHONE_PREFIX = /^\+?[0-9][0-9 ().-]*$/;

/** Returns one index range condition per searchable column. The text contains no wildcards. */
export function prefixConditions(typed: string): readonly Sql[] {
  const text = typed.trim();
  const folded = text.toLowerCase();
  return [
    ...(ASCII_TEXT.test(folded) ? [prefixRange('email', folded)] : []),
    ...(PHONE_PREFIX.test(text) ? [prefixRange('phone', `+${text.replaceAll(/[^0-9]/g, '')}`)] : []),
    prefixRange('last_name_key', foldName(text)),
  ];
}

function prefixRange(column: string, prefix: string): Sql {
  const end = prefixUpperBound(prefix);
  return end === null
    ? { sql: `${column} >= ?`, values: [prefix] }
    : { sql: `${column} >= ? and ${column} < ?`, values: [prefix, end] };
}
