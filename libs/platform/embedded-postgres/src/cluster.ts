import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import type { Identity } from './postgres-identity.js';

/** A data folder, the programs for it, and the identity that runs them. */
export interface Cluster {
  readonly files: ClusterFiles;
  readonly binaries: Binaries;
  readonly identity: Identity;
}

/** Paths of the data folder and the files next to it. */
export interface ClusterFiles {
  readonly data: string;
  readonly password: string;
  readonly log: string;
  readonly lock: string;
  readonly users: string;
}

/** Creates the parent folder. Uses real paths, because a lock works only if all processes use the same name for the folder. */
export function resolveClusterFiles(dataDir: string): ClusterFiles {
  const wanted = path.resolve(dataDir);
  mkdirSync(path.dirname(wanted), { recursive: true });
  const data = existsSync(wanted)
    ? realpathSync(wanted)
    : path.join(realpathSync(path.dirname(wanted)), path.basename(wanted));
  return {
    data,
    password: `${data}.password`,
    log: `${data}.log`,
    lock: `${data}.lock`,
    users: `${data}.users`,
  };
}
