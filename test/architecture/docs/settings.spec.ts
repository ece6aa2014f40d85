import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(file, 'utf8');
const isLimit = (name: string): boolean => name.startsWith('LIMIT_');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const EXAMPLES = sorted([...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name));

/** What stands in the first column of the table of settings. */
const TABLE = (() => {
  const page = read('docs/operations.md');
  const from = page.indexOf('| setting | default | |');
  const rows = page.slice(from, page.indexOf('\n\n', from)).split('\n').slice(2);
  return sorted(
    rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([A-Z0-9_]+)`/g)].map(([, name = '']) => name)),
  );
})();

it('every setting of .env.example stands in the table of docs/operations.md, and nothing else does', () => {
  expect(TABLE).toEqual(EXAMPLES.filter((name) => !isLimit(name)));
});
