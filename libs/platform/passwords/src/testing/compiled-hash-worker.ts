import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

const SOURCE = new URL('../hash-worker.ts', import.meta.url);
const CACHE = new URL('../../../../../node_modules/.cache/', import.meta.url);

/**
 * The hash worker compiled to JavaScript, for a `HashPool` in tests: Node itself loads a thread's file, and Node 20 loads no
 * TypeScript. The output is below node_modules so that it finds bcrypt.
 */
export function compileHashWorker(): URL {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  const { outputText } = ts.transpileModule(readFileSync(SOURCE, 'utf8'), { compilerOptions });
  const draft = new URL(`hash-worker.${process.pid}.tmp`, CACHE);
  const file = new URL('hash-worker.mjs', CACHE);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(draft, outputText);
  renameSync(draft, file);
  return file;
}
