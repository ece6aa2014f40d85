import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pg_ctl: string;
  /** The major version as in PG_VERSION of a data folder: `18`. */
  readonly major: string;
}

/**
 * Locates the PostgreSQL programs of the npm package for this platform.
 * @throws EmbeddedPostgresError when there are none
 */
export async function findBinaries(platform = process.platform, cpu = process.arch): Promise<Binaries> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${cpu}`;
  const programs = await load(name);
  const root = path.resolve(programs.postgres, '../../..');
  restoreLinks(root);
  const { version } = readJson(path.join(root, 'package.json')) as { version: string };
  return { ...programs, major: version.split('.')[0] ?? version };
}

async function load(name: string): Promise<Omit<Binaries, 'major'>> {
  try {
    return await import(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(`no PostgreSQL for this platform (${name} is not installed).`, { cause });
  }
}

/** npm tarballs contain no symbolic links. The package's install script creates them, and `--ignore-scripts` skips it. */
function restoreLinks(root: string): void {
  const list = path.join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of readJson(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (!existsSync(link)) makeLink(path.relative(path.dirname(target), source), link);
  }
}

function makeLink(source: string, link: string): void {
  try {
    symlinkSync(source, link);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new EmbeddedPostgresError(`${link} is missing; reinstall its package with install scripts.`, { cause });
  }
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
