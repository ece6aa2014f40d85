import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning } from './processes.js';

/**
 * Who uses the server of a folder, one fingerprint and handle id per line; call both under the folder's lock. The last
 * one out stops the server, whoever started it, so that neither a killed owner nor an earlier leaver matters.
 * @returns how many others use it
 */
export function registerServerUser(file: string, user: string): number {
  const others = readUsers(file).filter((other) => other !== user);
  writeUsers(file, [...others, user]);
  return others.length;
}

/** @returns how many users stay behind */
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
  // A draft that a killed process left may have another mode.
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, users.join('\n'), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
