import { readFileSync, writeFileSync } from 'node:fs';
import type { Table } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOfflineDataSource, migratedTables } from '../tsql/recording-database.js';
import { listKeys, renderSchemaDiagram } from './schema-diagram.js';

const PAGE = 'docs/database.md';
const BLOCK = /<!-- diagram -->\n[\s\S]*<!-- \/diagram -->/;

let tables: readonly Table[];
beforeAll(async () => {
  tables = await migratedTables(await createOfflineDataSource('postgres://127.0.0.1:1/foyer'));
});

describe('docs/database.md', () => {
  it('shows the tables as the migrations make them (UPDATE_DOCS=1 draws them anew)', () => {
    const page = readFileSync(PAGE, 'utf8');
    const drawn = `<!-- diagram -->\n${renderSchemaDiagram(tables)}\n<!-- /diagram -->`;
    if (process.env['UPDATE_DOCS'])
      writeFileSync(
        PAGE,
        page.replace(BLOCK, () => drawn),
      );
    expect(BLOCK.exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(drawn);
  });

  it('says why each key and index is there, and of none that is not', () => {
    const page = readFileSync(PAGE, 'utf8');
    const told = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(tables.length).toBeGreaterThan(8);
    expect([...told].sort()).toEqual([...listKeys(tables)].sort());
  });
});
