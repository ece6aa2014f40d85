import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning } from './processes.js';

/**
 * The users file of a server: one process fingerprint and handle id per line. Call both functions under the folder's lock. The
 * last user to leave stops the server, whoever started it, so that killed owners and earlier leavers do not matter.
 * @returns the number of other users
 */
export function registerServerUser(file: string, user: string): number {
  const others = readUsers(file).filter((other) => other !== user);
  writeUsers(file, [...others, user]);
  return others.length;
}

/** @returns the number of remaining users */
export function unregisterServerUser(file: string, user: string): number {
  const others = readUsers(file).filter((other) => other !== user);
  writeUsers(file, others);
  return others.length;
}

function readUsers(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((user) => user !== '' && isRunning(user));
  } catch {
    return [];
  }
}

function writeUsers(file: string, users: readonly string[]): void {
  if (users.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  // A draft left by a killed process may have another mode.
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, users.join('\n'), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
