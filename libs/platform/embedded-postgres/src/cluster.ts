import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import type { Identity } from './postgres-identity.js';

/** One data folder, the programs for it, and the identity they run under. */
export interface Cluster {
  readonly files: ClusterFiles;
  readonly binaries: Binaries;
  readonly identity: Identity;
}

/** The data folder and what lies beside it. */
export interface ClusterFiles {
  readonly data: string;
  readonly password: string;
  readonly log: string;
  readonly lock: string;
  readonly users: string;
}

/** Makes the parent folder. Real paths, because a lock guards a folder only if all who use it agree on its name. */
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
