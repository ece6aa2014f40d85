import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Cluster } from './cluster.js';
import { createCluster, removeAbandonedStaging } from './create-cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/**
 * Creates the cluster if there is none. Never deletes existing files.
 * @returns the password of the database superuser
 * @throws EmbeddedPostgresError when the folder contains anything but a cluster of this major version with its password
 */
export async function ensureCluster(cluster: Cluster, deadline: number): Promise<string> {
  const { data, password } = cluster.files;
  removeAbandonedStaging(data);
  if (!isCluster(data, cluster.binaries.major)) await createCluster(cluster, deadline);
  if (process.platform !== 'win32' && statSync(data).mode & 0o077) chmodSync(data, 0o700);
  return readPassword(password, data);
}

function isCluster(data: string, major: string): boolean {
  const entries = listEntries(data);
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) {
    throw new EmbeddedPostgresError(`${data} is neither empty nor a PostgreSQL data folder. It was not changed.`);
  }
  const found = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return true;
  throw new EmbeddedPostgresError(
    `${data} was made by PostgreSQL ${found}, but PostgreSQL ${major} comes with this program. Nothing in it was ` +
      `changed: dump it with version ${found} and restore it, or move the folder away to start with a new database.`,
  );
}

function listEntries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readPassword(file: string, data: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new EmbeddedPostgresError(`${file} is missing: it holds the password of ${data}.`, { cause });
  }
}
