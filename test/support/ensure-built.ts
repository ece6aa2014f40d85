import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['apps', 'libs', 'package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];

const isTest = (name: string): boolean => /\.(spec|contract)\.ts$/.test(name);

/** When the newest file below was written, in ms since 1970; 0 if there is none. Folders count: they show deletions. */
function newestMtime(file: string): number {
  if (!existsSync(file)) return 0;
  const stat = statSync(file);
  const inside = stat.isDirectory() ? readdirSync(file).filter((name) => !isTest(name)) : [];
  return Math.max(stat.mtimeMs, ...inside.map((name) => newestMtime(path.join(file, name))));
}

/** Runs `npm run build` if anything it reads is newer than what it wrote. @throws Error with the compiler's output. */
export function ensureBuilt(): void {
  const sources = Math.max(...SOURCES.map((name) => newestMtime(path.join(ROOT, name))));
  const main = path.join(ROOT, 'dist/apps/server/src/main.js');
  if (existsSync(main) && newestMtime(path.join(ROOT, 'dist')) > sources) return;
  console.log('e2e: dist is older than the sources, running npm run build');
  try {
    execFileSync('npm', ['run', 'build'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm run build failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
