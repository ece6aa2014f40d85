import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forbiddenImports } from './forbidden-imports.js';
import { validPackage, validTree } from './valid-tree.js';

interface Fences {
  readonly forbidden: readonly { readonly name: string; readonly comment?: string }[];
  readonly options: ICruiseOptions;
}

const fences: Fences = createRequire(import.meta.url)('../../../.dependency-cruiser.cjs');
const root = path.resolve(import.meta.dirname, '../../..');
const garden = mkdtempSync(path.join(os.tmpdir(), 'fences-'));
afterAll(() => rmSync(garden, { recursive: true }));

async function violations(baseDir: string, of = ['apps', 'libs']): Promise<{ rule: string; import: string }[]> {
  const ruleSet = { forbidden: [...fences.forbidden] } as ICruiseOptions['ruleSet'];
  const { output } = await cruise(of, { ...fences.options, baseDir, ruleSet, validate: true });
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    import: `${from} → ${to}`,
  }));
}

function plant(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(garden, file)), { recursive: true });
  writeFileSync(path.join(garden, file), text);
}

const statements = (imports: readonly string[] = []) => imports.map((name) => `import '${name}';\n`).join('');

beforeAll(() => {
  plant('package.json', JSON.stringify(validPackage));
  const { dependencies, devDependencies } = validPackage;
  for (const name of [...Object.keys({ ...dependencies, ...devDependencies }), 'undeclared']) {
    plant(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    plant(`node_modules/${name}/index.js`, '');
  }
  for (const [file, imports] of Object.entries(validTree)) plant(file, statements(imports));
});

/** What is wrong while the file has this text. */
async function violationsWith(file: string, text: string): Promise<{ rule: string; import: string }[]> {
  plant(file, text);
  const found = await violations(garden, [file]);
  plant(file, statements(validTree[file]));
  return found;
}

describe('the fences', () => {
  it('let a good tree pass', async () => {
    expect(await violations(garden)).toEqual([]);
  });

  it.each(forbiddenImports.map((each) => [`${each.file} importing ${each.imports}`, each] as const))(
    'stop %s',
    async (_, { file, imports, rules }) => {
      const found = await violationsWith(file, statements([...(validTree[file] ?? []), imports]));
      expect([...new Set(found.map(({ rule }) => rule))].sort()).toEqual([...rules].sort());
    },
  );

  it.each([
    "import type { Repository } from 'typeorm';",
    "import { type Repository } from 'typeorm';",
    "export * from 'typeorm';",
    "export type { Repository } from 'typeorm';",
    "const orm = import('typeorm');",
    "type Rows = import('typeorm').Repository;",
    "const orm = require('typeorm');",
  ])('see through %s', async (statement) => {
    const file = 'libs/customers/src/domain/row.ts';
    expect(await violationsWith(file, statement)).toEqual([
      { rule: 'domain-is-pure', import: `${file} → node_modules/typeorm/index.js` },
    ]);
  });

  it('each have a trespasser and say what to do instead', () => {
    const tried = new Set(forbiddenImports.flatMap(({ rules }) => rules));
    expect(fences.forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
    expect(fences.forbidden.filter(({ comment }) => !comment)).toEqual([]);
  });

  it('let our own tree pass', async () => {
    expect(await violations(root)).toEqual([]);
  }, 60_000);
});

describe('our own tree', () => {
  const sources = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map((file) => `${folder}/${file.split(path.sep).join('/')}`),
  );
  const mentioning = (text: RegExp) => sources.filter((file) => text.test(readFileSync(path.join(root, file), 'utf8')));

  it('reads the environment in one place', () => {
    const readers = mentioning(/\bprocess\s*\??\.\s*env\b|\bprocess\s*\[|\benv\b[^;]*from 'node:process'/);
    expect(
      readers.filter((file) => !file.startsWith('apps/subscriber/') && !file.startsWith('libs/platform/config/src/')),
    ).toEqual([]);
  });

  it('needs no forwardRef', () => {
    expect(mentioning(/\bforwardRef\b/)).toEqual([]);
  });
});
