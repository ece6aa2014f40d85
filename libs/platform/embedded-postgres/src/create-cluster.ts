import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Cluster, ClusterFiles } from './cluster.js';
import { commandLine, type Identity } from './postgres-identity.js';

const run = promisify(execFile);
const MARKER = 'half-done-initdb';
const SUFFIX = /^\.initdb-[0-9a-f]{12}$/;

/**
 * Runs initdb in a staging folder next to the data folder and renames the result. The data folder is thus complete or absent,
 * and repeating an interrupted initdb never deletes a folder that the user created.
 */
export async function createCluster({ files, binaries, identity }: Cluster, deadline: number): Promise<void> {
  const staging = createStaging(files, identity);
  try {
    const { file, args, options } = commandLine(identity, binaries.initdb, initdbArguments(staging));
    await run(file, args, { ...options, timeout: Math.max(deadline - Date.now(), 1) });
    moveIntoPlace(staging, files);
  } finally {
    removeStaging(staging);
  }
}

function initdbArguments(staging: string): string[] {
  const access = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${path.join(staging, 'password')}`];
  const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  // One call instead of a thousand fsyncs, which take seconds on a busy disk.
  const sync = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
  return ['-D', path.join(staging, 'data'), '--no-instructions', ...access, ...locale, ...sync];
}

function createStaging(files: ClusterFiles, identity: Identity): string {
  const staging = `${files.data}.initdb-${randomBytes(6).toString('hex')}`;
  mkdirSync(staging, { mode: 0o700 });
  writeFileSync(path.join(staging, MARKER), '');
  const secret = path.join(staging, 'password');
  // An existing password may belong to a data folder that was moved away temporarily.
  const password = existsSync(files.password)
    ? readFileSync(files.password, 'utf8')
    : randomBytes(24).toString('base64url');
  writeFileSync(secret, password, { mode: 0o600, flush: true });
  if (identity.owner) for (const it of [staging, secret]) chownSync(it, identity.owner.uid, identity.owner.gid);
  return staging;
}

/** The data folder is renamed last: its existence means that everything is complete. */
function moveIntoPlace(staging: string, files: ClusterFiles): void {
  renameSync(path.join(staging, 'password'), files.password);
  if (existsSync(files.data)) rmdirSync(files.data);
  renameSync(path.join(staging, 'data'), files.data);
  if (process.platform === 'win32') return;
  const parent = openSync(path.dirname(files.data), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

/** Removes what a killed process left of its initdb. Files that an orphaned initdb still writes are removed at the next start. */
export function removeAbandonedStaging(data: string): void {
  const [parent, name] = [path.dirname(data), path.basename(data)];
  for (const entry of readdirSync(parent)) {
    const isStaging = entry.startsWith(name) && SUFFIX.test(entry.slice(name.length));
    const folder = path.join(parent, entry);
    if (isStaging && existsSync(path.join(folder, MARKER))) removeStaging(folder);
  }
}

/** Removes the marker last, so that an incomplete removal is still recognized as ours. */
function removeStaging(staging: string): void {
  try {
    rmSync(path.join(staging, 'data'), { recursive: true, force: true });
    rmSync(staging, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
}
