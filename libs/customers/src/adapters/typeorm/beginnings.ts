import { behindPrefix, type Sql } from '#platform';
import { foldedName } from './finding.js';

const ASCII = /^[\x21-\x7e]+$/;
const NUMBER = /^\+?[0-9][0-9 ().-]*$/;

/** One condition per column that may begin with what was typed: a range of its index, where nothing is a wildcard. */
export function beginnings(typed: string): readonly Sql[] {
  const text = typed.trim();
  const folded = text.toLowerCase();
  return [
    ...(ASCII.test(folded) ? [range('email', folded)] : []),
    ...(NUMBER.test(text) ? [range('phone', `+${text.replaceAll(/[^0-9]/g, '')}`)] : []),
    range('last_name_key', foldedName(text)),
  ];
}

function range(column: string, prefix: string): Sql {
  const end = behindPrefix(prefix);
  return end === null
    ? { sql: `${column} >= ?`, values: [prefix] }
    : { sql: `${column} >= ? and ${column} < ?`, values: [prefix, end] };
}
