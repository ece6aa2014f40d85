import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isAlive, processExists } from './processes.js';

/** A running server as described by its lock file. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** False while the server starts, recovers or stops. */
  readonly ready: boolean;
}

/** Parses postmaster.pid, which may be stale: a killed server leaves it behind. */
export function readPostmasterFile(dataDir: string): RunningServer | undefined {
  try {
    const lines = readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The running server of this folder, if there is one. */
export function runningServer(dataDir: string): RunningServer | undefined {
  const server = readPostmasterFile(dataDir);
  return server && isServerOf(server.pid, dataDir) ? server : undefined;
}

/**
 * Removes a stale lock file. PostgreSQL does not start while the process id in its lock file exists, even if it belongs to a
 * zombie or was reused by another program. A dead process id is left to PostgreSQL, which also checks for surviving processes
 * of the old server.
 */
export function removeStalePostmasterFile(dataDir: string): void {
  const server = readPostmasterFile(dataDir);
  if (server && processExists(server.pid) && !isServerOf(server.pid, dataDir))
    rmSync(path.join(dataDir, 'postmaster.pid'));
}

function isServerOf(pid: number, dataDir: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'win32') return true;
  if (process.platform !== 'linux') return /postgres$/.test(readPsCommandName(pid));
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch (error) {
    // Root without SYS_PTRACE, as in Docker, cannot read this link.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' && commandName(pid) === 'postgres';
  }
}

function commandName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function readPsCommandName(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
