import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const LIBS = path.resolve(import.meta.dirname, '../../../..');
const CHANGE = /\b(update|delete\s+from|truncate(\s+table)?|merge(\s+into)?|replace\s+into)\s+(audit_log|\$\{AUDIT\})/i;
const PURGE = /\bpurge\([^)]*('audit_log'|\bAUDIT\b)/;
/** Allowed to do so: the retention task and migrations. */
const MAY = /(retention|purge)[^/]*\.ts$|\/migrations\//;

const sources = readdirSync(LIBS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.(spec|contract)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(LIBS, file), 'utf8') }));
const changing = (files: typeof sources) =>
  files.filter(({ file, text }) => (CHANGE.test(text) || PURGE.test(text)) && !MAY.test(file)).map(({ file }) => file);

it('only the retention task changes or deletes audit log entries [ST-11]', () => {
  expect(sources.filter(({ text }) => text.includes('audit_log')).length).toBeGreaterThanOrEqual(3);
  expect(changing(sources)).toEqual([]);
});

it.each([
  'update audit_log set actor = null',
  'DELETE\n  FROM audit_log where id = ?',
  `delete from ${'$'}{AUDIT} where at < ?`,
  "await purge(this.database, AUDIT, 'id', 'at < ?', [until])",
])('detects %j', (text) => {
  expect(changing([{ file: 'customers/src/adapters/eraser.ts', text }])).toHaveLength(1);
});
