import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ID = /\b(?:AC|ST|INV|RC|KP|FM|LD)-[A-Z]?\d+\b/g;
const idsIn = (text: string): readonly string[] => [...text.matchAll(ID)].map(([id]) => id);
const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort();

/** The first column of every table. */
const DEFINED = readFileSync('docs/test-ids.md', 'utf8')
  .split('\n')
  .flatMap((line) => idsIn(/^\| ([A-Z]+-[A-Z]?\d+) \|/.exec(line)?.[1] ?? ''));

/** Of the tests themselves; what tests of tests make up is not about the product. */
const USED = ['test', 'libs', 'apps']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
  .filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith('docs/test-ids.spec.ts'))
  .flatMap((file) => idsIn(readFileSync(file, 'utf8')));

it('defines every id that a test names', () => {
  expect(sorted(USED).filter((id) => !DEFINED.includes(id))).toEqual([]);
});

it('defines no id that no test names', () => {
  const used = new Set(USED);
  expect(DEFINED.filter((id) => !used.has(id))).toEqual([]);
});

it('defines each id once', () => {
  expect(DEFINED).toEqual([...new Set(DEFINED)]);
});
